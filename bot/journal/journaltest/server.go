package journaltest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// superuser is the servers' user, and the one of the operating system as whom they
// run where tests run as root, which PostgreSQL refuses.
const superuser = "postgres"

// Server is a PostgreSQL server of its own.
type Server struct {
	Port int // on 127.0.0.1

	bin, dir string
	settings []string
	keeper   io.Closer // while it is open, the server stays
}

// NewServer starts a server that is as durable as one in use. It ends with the test.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := start()
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(func() { s.keeper.Close() })
	return s
}

// Stop shuts the server down as an operator does, which ends every connection.
func (s *Server) Stop(t testing.TB) { must(t, s.control("stop", "-m", "fast")) }

// Kill shuts the server down as a crash does.
func (s *Server) Kill(t testing.TB) { must(t, s.control("stop", "-m", "immediate")) }

// Start starts the server again, on the same port, and waits until it answers.
func (s *Server) Start(t testing.TB) { must(t, s.begin()) }

func must(t testing.TB, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// start makes a server and starts it.
func start(settings ...string) (_ *Server, err error) {
	s := &Server{settings: append(settings, "max_connections=200", "listen_addresses=127.0.0.1", "unix_socket_directories=")}
	if s.bin, err = programs(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "journaltest"); err != nil {
		return nil, err
	}
	if err := s.keep(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	if err := s.initialise(); err != nil {
		return nil, errors.Join(err, s.keeper.Close())
	}
	for range 3 { // another process may take the port before the server does
		if s.Port, err = freePort(); err != nil {
			break
		}
		if err = s.begin(); err == nil {
			return s, nil
		}
	}
	return nil, errors.Join(err, s.keeper.Close())
}

// keep starts a process that ends the server and removes its folder when this
// process ends, however it does.
func (s *Server) keep() error {
	const wait = `trap '' INT TERM HUP; cat; "$1" -D "$2/data" -m immediate stop; rm -rf "$2"`
	keeper := exec.Command("sh", "-c", wait, "sh", filepath.Join(s.bin, "pg_ctl"), s.dir)
	if os.Geteuid() == 0 {
		keeper = exec.Command("sh", "-c", strings.Replace(wait, `"$1"`, `runuser -u `+superuser+` -- "$1"`, 1),
			"sh", filepath.Join(s.bin, "pg_ctl"), s.dir)
	}
	stdin, err := keeper.StdinPipe()
	if err != nil {
		return err
	}
	s.keeper = stdin
	return keeper.Start()
}

func (s *Server) initialise() error {
	password := filepath.Join(s.dir, "password")
	if err := os.WriteFile(password, []byte(Password), 0o600); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if err := give(superuser, s.dir, password); err != nil {
			return err
		}
	}
	return s.run("initdb", "-D", s.data(), "-U", superuser, "--pwfile", password,
		"--auth", "password", "--encoding", "UTF8", "--locale", "C", "--no-sync")
}

func (s *Server) begin() error {
	options := []string{"-p", strconv.Itoa(s.Port)}
	for _, setting := range s.settings {
		options = append(options, "-c", setting)
	}
	return s.control("start", "-l", filepath.Join(s.dir, "log"), "-o", strings.Join(options, " "))
}

func (s *Server) control(action string, args ...string) error {
	return s.run("pg_ctl", append([]string{action, "-D", s.data(), "-w", "-t", "60"}, args...)...)
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// run runs one of PostgreSQL's programs.
func (s *Server) run(program string, args ...string) error {
	path := filepath.Join(s.bin, program)
	if os.Geteuid() == 0 {
		path, args = "runuser", append([]string{"-u", superuser, "--", path}, args...)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = s.dir
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		log, _ := os.ReadFile(filepath.Join(s.dir, "log")) // there may be none yet
		return fmt.Errorf("%s: %w\n%s%s", program, err, &said, log)
	}
	return nil
}

// give makes files belong to a user of the operating system.
func give(name string, files ...string) error {
	u, err := user.Lookup(name)
	if err != nil {
		return err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	err = errors.Join(err1, err2)
	for _, file := range files {
		err = errors.Join(err, os.Chown(file, uid, gid))
	}
	return err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

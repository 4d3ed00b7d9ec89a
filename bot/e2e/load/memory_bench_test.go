package load

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/bot/journal"
	"liveadmin/commands"
	"liveadmin/imapi"
	"liveadmin/imapi/simulator"
)

// BenchmarkOpen is a start with 100 open entries of 1,000 groups each: how long until it
// is ready (2 s at most), the most memory that it takes until all is carried out (128 MiB
// at most, in a cgroup of 256 MiB where the machine lets it have one), and how late the
// ends are that fall due meanwhile (a second at most). It fails unless the changes on each
// group are in the order of their entries.
//
// One entry in ten is a list. The others are adds that have waited too long: they have all
// marks of a change, but no call, so that the benchmark is not as long as the rate limit.
func BenchmarkOpen(b *testing.B) {
	const entries, groups, ends = 100, 1000, 40
	s := newShipped(b)
	s.Env = append(s.Env, "IM_RATE_LIMIT=200")
	s.launch()
	s.warm()
	without := s.resident()
	s.Stop()
	file := filepath.Join(s.Dir, "liveadmin.db")
	var until []time.Time
	for b.Loop() {
		putOpen(b, s, file, entries, groups)
		until = putEnds(b, s, file, ends)
		b.ReportMetric(s.launch().Seconds()*1000, "ready-ms")
	}
	limited := confined(b, s.Cmd.Process.Pid)
	left := func() int64 { return s.gauge(`liveadmin_open_entries{state="accepted"}`) }
	for deadline := time.Now().Add(15 * time.Minute); left() > 0; time.Sleep(time.Second) {
		if time.Now().After(deadline) {
			b.Fatalf("%d entries are open; the log:\n%s", left(), s.Logged())
		}
	}
	peak := s.status("VmHWM:")
	b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
	b.ReportMetric(float64(peak-without)/(entries*groups), "B-a-change")
	b.ReportMetric(limited, "limited")
	b.ReportMetric(latest(b, s, until).Seconds()*1000, "end-ms")
	settledInOrder(b, file, entries*groups)
	_ = s.Cmd.Process.Kill() // the results wait in Slack's queue
	_ = s.Cmd.Wait()
}

// recordAt opens the record of a program that does not run, at a time.
func recordAt(b *testing.B, file string, at time.Time) *journal.Journal {
	b.Helper()
	record, err := journal.Open(b.Context(), "sqlite://"+file, bottest.AppID, journal.WithClock(func() time.Time { return at }))
	if err != nil {
		b.Fatal(err)
	}
	return record
}

func accept(b *testing.B, record *journal.Journal, key string, cmd commands.Command) bot.Entry {
	b.Helper()
	var changes []bot.Change
	for _, g := range cmd.Target.Groups {
		changes = append(changes, bot.Change{Group: g})
	}
	e, fresh, err := record.Accept(b.Context(), bot.Entry{
		Key: key, Caller: commands.Caller{Ref: "slack:user:U0ALICE"}, Command: cmd, Changes: changes,
		Place: commands.Place{Platform: "slack", Channel: "slack:C0SHOW"},
	}, bot.Record{Event: bot.WasAccepted, Caller: "slack:user:U0ALICE", Verb: cmd.Verb}, nil)
	if err != nil || !fresh {
		b.Fatalf("accepted %v, %v", fresh, err)
	}
	return e
}

// putOpen puts entries on record that nobody has begun.
func putOpen(b *testing.B, s *shipped, file string, entries, groups int) {
	b.Helper()
	target := commands.Target{Alias: "all"}
	for i := range groups {
		target.Groups = append(target.Groups, imapi.GroupID(fmt.Sprintf("@TGS#aOPEN%05d", i)))
		s.API.AddGroup(string(target.Groups[i]), simulator.Group{})
	}
	record := recordAt(b, file, time.Now().Add(-time.Hour))
	defer record.Close()
	for n := range entries {
		cmd := commands.Command{Verb: commands.Add, Target: target, Users: []commands.Person{{ID: "user1"}}}
		if n%10 == 0 {
			cmd = commands.Command{Verb: commands.List, Target: target}
		}
		accept(b, record, fmt.Sprint("open ", n), cmd)
	}
}

// putEnds puts limited administrators on record whose time is over one after the other,
// from ten seconds from now on, and returns when.
func putEnds(b *testing.B, s *shipped, file string, ends int) (until []time.Time) {
	b.Helper()
	record := recordAt(b, file, time.Now())
	defer record.Close()
	for n := range ends {
		group := imapi.GroupID(fmt.Sprintf("@TGS#aENDS%05d", n))
		s.API.AddGroup(string(group), simulator.Group{Admins: []string{"user1"}})
		at := time.Now().Add(10*time.Second + time.Duration(n)*time.Second/2)
		until = append(until, at)
		user := commands.Person{ID: "user1"}
		e := accept(b, record, fmt.Sprint("end ", n), commands.Command{
			Verb: commands.Add, Target: commands.Target{Groups: []imapi.GroupID{group}}, Users: []commands.Person{user}, For: time.Minute,
		})
		limits := []commands.Grant{{Group: group, User: user.ID, Until: at, Length: time.Minute, Entry: e.Number}}
		c := e.Changes[0]
		c.Plan = &commands.Plan{Known: true, Users: []commands.Step{{Person: user, Send: true, Until: at}}, Grants: limits}
		c.Outcome = &commands.Outcome{Status: commands.Done, NowKnown: true, Grants: limits}
		for _, err := range []error{
			record.Plan(b.Context(), e, c), second(record.Settle(b.Context(), e, c, bot.Record{Event: bot.WasSettled})),
			record.Drop(b.Context(), e, bot.Unposted, bot.Record{Event: bot.WasUnposted}),
		} {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	return until
}

func second[T any](_ T, err error) error { return err }

// latest is how late the latest of the ends was.
func latest(b *testing.B, s *shipped, until []time.Time) (late time.Duration) {
	b.Helper()
	ended := 0
	for _, call := range s.API.Calls() {
		var n int
		if _, err := fmt.Sscanf(call.Group, "@TGS#aENDS%05d", &n); err == nil && call.CommandType == 2 && call.Code == 0 {
			ended++
			late = max(late, call.At.Sub(until[n]))
		}
	}
	if ended != len(until) {
		b.Errorf("%d of %d limits have ended", ended, len(until))
	}
	return late
}

// settledInOrder complains unless every group's changes were settled in the order of the entries.
func settledInOrder(b *testing.B, file string, want int) {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(b.Context(), `
		SELECT group_id, number FROM audit WHERE what = 'outcome' AND group_id LIKE '@TGS#aOPEN%' ORDER BY id`)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	settled := make(map[string][]int)
	n := 0
	for ; rows.Next(); n++ {
		var group string
		var number int
		if err := rows.Scan(&group, &number); err != nil {
			b.Fatal(err)
		}
		settled[group] = append(settled[group], number)
	}
	if err := rows.Err(); err != nil || n != want {
		b.Errorf("%d of %d changes are settled, %v", n, want, err)
	}
	for group, numbers := range settled {
		if !slices.IsSorted(numbers) {
			b.Errorf("on %s in the order %v", group, numbers)
		}
	}
}

// memoryLimit is what the process may have, in bytes.
const memoryLimit = 256 << 20

// confined puts a process into a cgroup of its own with a limit, and returns 1; or 0 where
// the machine does not let it.
func confined(b *testing.B, pid int) float64 {
	b.Helper()
	name := fmt.Sprintf("liveadmin-bench-%d", os.Getpid())
	for folder, limit := range map[string]string{
		"/sys/fs/cgroup": "memory.max", "/sys/fs/cgroup/memory": "memory.limit_in_bytes",
	} {
		folder = filepath.Join(folder, name)
		if os.Mkdir(folder, 0o755) != nil {
			continue
		}
		b.Cleanup(func() { _ = os.Remove(folder) })
		err := os.WriteFile(filepath.Join(folder, limit), []byte(strconv.Itoa(memoryLimit)), 0o600)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o600)
		}
		if err == nil {
			return 1
		}
	}
	return 0
}

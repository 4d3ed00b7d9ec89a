package crash

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"liveadmin/bot/bottest/fakediscord"
	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/bot/e2e/harness"
	"liveadmin/imapi/simulator"
)

// town is everything outside of the program, and outlives it: Tencent Chat, Slack,
// Discord, the database, and the people.
type town struct {
	t         *testing.T
	api       *simulator.Server
	slack     *fakeslack.Server
	discord   *fakediscord.Server
	database  string // its URL
	instances []*instance
	places    []*place // where the answers are always the same
	wild      []*place // where they are not
	seen      *recorder

	mu      sync.Mutex
	living  int           // processes that are ready
	changed chan struct{} // closed and replaced when one becomes ready or is gone
	sigs    []string      // UserSigs that were sent
}

const (
	townGuild   = "100"
	townLatency = 2 * time.Millisecond // of everything outside
)

// newTown builds a town with a database, or with "" a file for one.
func newTown(t *testing.T, database string, instances int) *town {
	t.Helper()
	tw := &town{t: t, database: database, seen: newRecorder(), changed: make(chan struct{})}
	l := harness.New(t)
	tw.api = l.API
	tw.slack = fakeslack.New(t, fakeslack.Config{Scopes: []string{"commands", "chat:write", "app_mentions:read", "channels:history"}})
	tw.discord = fakediscord.New(t, fakediscord.Config{})
	tw.discord.AddGuild(fakediscord.Guild{ID: townGuild, Name: "Ops"})
	if database == "" {
		tw.database = "sqlite://" + filepath.Join(l.Dir, "town.db")
	}
	for u := range 10 {
		tw.api.AddAccount(fmt.Sprintf("user%d", u), "")
	}
	c, token := tw.slack.Config(), tw.discord.Config().Token
	l.Env = append(l.Env, "DATABASE_URL="+tw.database, "ALLOWLIST=slack:user:U0ALICE discord:user:501", "IM_RATE_LIMIT=200",
		"SLACK_BOT_TOKEN="+c.BotToken, "SLACK_APP_TOKEN="+c.AppToken, "DISCORD_TOKEN="+token, "DISCORD_GUILD_ID="+townGuild)
	l.Secrets = append(l.Secrets, c.BotToken, c.AppToken, c.SigningSecret, token)
	first := &instance{l, map[string]outside{
		"tencent": {"IM_BASE_URL", "", tw.seen.api(tw.api)},
		"slack":   {"SLACK_API_URL", "/api/", tw.seen.chat(tw.slack)},
		"discord": {"DISCORD_API_URL", "", tw.seen.chat(tw.discord)},
	}, requestSteps()}
	tw.instances = append(tw.instances, first)
	for range instances - 1 {
		tw.instances = append(tw.instances, first.another(t))
	}
	return tw
}

// slow lets everything outside take its time.
func (tw *town) slow() {
	tw.api.SetLatency(townLatency)
	tw.slack.SetLatency(townLatency)
	tw.discord.SetLatency(townLatency)
}

// begin starts an instance. People know of it when it is ready, and of its end when
// nothing of it can arrive any more.
func (tw *town) begin(i *instance, point string) *process {
	tw.t.Helper()
	return tw.beginWith(i, point, "KILL")
}

// beginWith is begin with the signal that the program sends itself.
func (tw *town) beginWith(i *instance, point, signal string) *process {
	tw.t.Helper()
	p := i.begin(point, signal)
	go func() {
		ready := false
		select {
		case <-p.ready:
			ready = true
			tw.know(+1)
			<-p.dead
		case <-p.dead:
		}
		died := time.Now()
		p.bury()
		tw.seen.ended(died)
		tw.discord.EndSessions()
		if ready {
			tw.know(-1)
		}
		tw.mu.Lock()
		tw.sigs = append(tw.sigs, p.sigs...)
		tw.mu.Unlock()
		close(p.buried)
	}()
	return p
}

// know informs everyone that a process is ready, or gone.
func (tw *town) know(living int) {
	tw.mu.Lock()
	defer tw.mu.Unlock()
	tw.living += living
	close(tw.changed)
	tw.changed = make(chan struct{})
}

// alive waits until an instance is ready.
func (tw *town) alive(ctx context.Context) error {
	return tw.when(ctx, func(living int) bool { return living > 0 })
}

// dead waits until no instance is.
func (tw *town) dead(ctx context.Context) error {
	return tw.when(ctx, func(living int) bool { return living == 0 })
}

func (tw *town) when(ctx context.Context, check func(living int) bool) error {
	for {
		tw.mu.Lock()
		living, changed := tw.living, tw.changed
		tw.mu.Unlock()
		if check(living) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// dump is everything that a database holds: the bytes of a file and of those beside
// it, or the rows of all tables.
func (tw *town) dump() string {
	tw.t.Helper()
	var all strings.Builder
	if file, ok := strings.CutPrefix(tw.database, "sqlite://"); ok {
		for _, ending := range []string{"", "-wal", "-shm"} {
			data, err := os.ReadFile(file + ending)
			if err != nil && !os.IsNotExist(err) {
				tw.t.Fatal(err)
			}
			all.Write(data)
		}
		return all.String()
	}
	ctx := context.WithoutCancel(tw.t.Context())
	conn, err := pgx.Connect(ctx, tw.database)
	if err != nil {
		tw.t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, table := range tw.column(ctx, conn, `SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'`) {
		for _, row := range tw.column(ctx, conn, `SELECT t::text FROM `+pgx.Identifier{table}.Sanitize()+` AS t`) {
			all.WriteString(row + "\n")
		}
	}
	return all.String()
}

func (tw *town) column(ctx context.Context, conn *pgx.Conn, query string) []string {
	tw.t.Helper()
	rows, err := conn.Query(ctx, query)
	if err != nil {
		tw.t.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		tw.t.Fatal(err)
	}
	return texts
}

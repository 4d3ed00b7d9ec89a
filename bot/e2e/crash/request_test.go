package crash

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/journal/journaltest"
)

// requestPoints are the points at which a process can end while a request is asked, decided and
// closed.
func requestPoints() []string {
	about := []string{"Accept", "Announce", "Requested", "Decide", "Finish", "request", "amend", "end", "root", "callback", "thread", "original", "update"}
	all := slices.DeleteFunc(points(), func(point string) bool {
		words := strings.Fields(point)
		return !slices.Contains(about, words[len(words)-1])
	})
	for i, point := range all {
		all[i] = point + " 1"
	}
	return all
}

// TestCrashRequest kills the program once at each point of asking and deciding, while people in
// Slack and Discord ask, approve, deny and withdraw. It is carried out, or closed, and said as
// by a program that nobody kills.
func TestCrashRequest(t *testing.T) {
	pace.Long(t)
	t.Parallel()
	routine := []step{
		{who: asker, verb: "add", users: "user1", limit: "2h"}, {press: "approve"},
		{who: asker, verb: "add", users: "user2"}, {press: "deny"},
		{who: asker, verb: "add", users: "user3"}, {who: asker, press: "withdraw"},
	}
	for i, point := range requestPoints() {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
			defer cancel()
			database := ""
			if i%2 == 1 {
				database = journaltest.Postgres(t)
			}
			tw := newTown(t, database, 1)
			tw.places = []*place{tw.inSlack("C0ASK", "@TGS#aSLACK", false), tw.inDiscord("301", "@TGS#aDISCORD")}
			for _, p := range tw.places {
				p.steps = routine
			}
			tw.name(time.Hour)
			all := tw.settle(ctx, nil)
			all.allowed.steps.Store(int64(len(routine)))
			p := tw.begin(tw.instances[0], point)
			select {
			case <-p.buried:
			case <-time.After(30 * time.Second):
				t.Fatalf("%s was not reached; log:\n%s", point, tw.logged())
			}
			p = tw.begin(tw.instances[0], "")
			tw.finish(ctx, all, p)
			tw.check(nil)
			tw.checkHistory()
			for _, p := range tw.places {
				var ends []string
				for _, m := range notices(p.chat.posted(p.channel), "request") {
					for _, end := range []string{"Approved", "Denied", "Withdrawn"} {
						if strings.Contains(m.text, end) {
							ends = append(ends, end)
						}
					}
				}
				if want := []string{"Approved", "Denied", "Withdrawn"}; !slices.Equal(ends, want) {
					t.Errorf("%s: the requests are %q, want %q", p.channel, ends, want)
				}
			}
		})
	}
}

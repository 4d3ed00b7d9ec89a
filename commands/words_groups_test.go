package commands

import (
	"fmt"
	"strings"
	"testing"

	"liveadmin/imapi"
)

// TestWhatFailedHasALine: however many groups there are, each that failed has a line, before
// the others; of the others, some have one.
func TestWhatFailedHasALine(t *testing.T) {
	const all = 6 * mostGroups
	for _, test := range []struct {
		name     string
		from, to int // those that failed
		lines    int
		more     string // about what has no line
	}{
		{"none", 0, 0, mostGroups, "500 more groups not shown here."},
		{"one", 207, 208, mostGroups, "500 more groups not shown here."},
		{"more than others get a line", 150, 300, 150, "450 more groups not shown here."},
		{"all", 0, all, all, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := Result{Command: Command{Verb: Add, Target: Target{Alias: "all"}, Users: []Person{{ID: "user1"}}}}
			for n := range all {
				g := GroupResult{Group: imapi.GroupID(fmt.Sprintf("g%03d", n)), Outcome: Outcome{Status: Done}}
				if test.from <= n && n < test.to {
					g.Outcome = Outcome{Status: Failed, Failure: &Failure{Op: "modify_admin", Code: 10010, Kind: imapi.KindNotFound}}
				}
				r.Groups = append(r.Groups, g)
			}
			says := English().Report(r)
			var lines []string
			for _, l := range says.Lines {
				if l.Style == Item {
					lines = append(lines, l.Text.String())
				}
			}
			if len(lines) != test.lines {
				t.Fatalf("%d groups have a line, want %d", len(lines), test.lines)
			}
			for i := range test.to - test.from {
				if want := fmt.Sprintf("g%03d   ❌ Failed.", test.from+i); !strings.HasPrefix(lines[i], want) {
					t.Errorf("line %d is %q, want %q", i, lines[i], want)
				}
			}
			if said := says.String(); test.more == "" == strings.Contains(said, "not shown here") || !strings.Contains(said, test.more) {
				t.Errorf("it says\n%s", said)
			}
		})
	}
}

// TestRefusalOfManyGroups: a refusal names groups that are not allowed, and however many
// these are, Discord, which shows it in one piece, has room for whom to ask.
func TestRefusalOfManyGroups(t *testing.T) {
	for _, test := range []struct {
		name   string
		groups int
		want   string
	}{
		{"as many as are named", 50, "-49."},
		{"one more", 51, "-49 and 1 more."},
		{"as many as an alias has", 1000, "-49 and 950 more."},
	} {
		t.Run(test.name, func(t *testing.T) {
			var denied []imapi.GroupID
			for n := range test.groups {
				denied = append(denied, imapi.GroupID(fmt.Sprintf("%s-%02d", strings.Repeat("g", 45), n)))
			}
			cmd := Command{Verb: Remove, Target: Target{Alias: "all", Groups: denied}}
			says := English().Refusal(1, Caller{Ref: "slack:user:U1"}, cmd, Decision{Denial: GroupsDenied, Denied: denied, Some: true}, "Sam").String()
			if !strings.Contains(says, test.want+"\nAsk Sam, and give this entry: slack:user:U1\n") || len(says) > 5000 {
				t.Errorf("it says, in %d bytes,\n%s\nwant %q", len(says), says, test.want)
			}
		})
	}
}

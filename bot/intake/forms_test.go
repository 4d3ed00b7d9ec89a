package intake

import (
	"reflect"
	"testing"
	"time"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// TestOffered: what a form offers, by rules and names alone.
func TestOffered(t *testing.T) {
	const bob, lead = "slack:user:U0BOB", "slack:user:U0LEAD"
	add := []commands.Verb{commands.Add}
	rule := func(edit func(*policy.Rule)) policy.Rule {
		r := policy.Rule{Name: "rule", Allow: []string{bob}, Commands: add}
		edit(&r)
		return r
	}
	names := commands.NewNames(map[string][]imapi.GroupID{"friday": {"@TGS#aFRI"}, "weekend": {"@TGS#aSAT", "@TGS#aSUN"}},
		map[string][]imapi.UserID{"minho": {"u_1"}, "night": {"u_1", "u_2"}})
	all := rule(func(*policy.Rule) {})
	here := commands.Place{Platform: "slack", Channel: "slack:C1"}
	for _, tt := range []struct {
		name    string
		rules   []policy.Rule
		caller  commands.Caller
		place   commands.Place
		begun   commands.Command
		denial  policy.Denial
		aliases []string
		starts  time.Duration
		last    time.Duration // of the lengths; 0: for ever
		waits   bool
		longer  bool // only longer ones wait
	}{
		{name: "everything", rules: []policy.Rule{all}, place: here, aliases: []string{"friday", "weekend"}, starts: 2 * time.Hour},
		{name: "a limit", rules: []policy.Rule{rule(func(r *policy.Rule) { r.For = 8 * time.Hour })}, place: here, aliases: []string{"friday", "weekend"}, starts: 2 * time.Hour, last: 8 * time.Hour},
		{name: "a short limit", rules: []policy.Rule{rule(func(r *policy.Rule) { r.For = 90 * time.Minute })}, place: here, aliases: []string{"friday", "weekend"}, starts: 90 * time.Minute, last: 90 * time.Minute},
		{name: "a limit below all usual lengths", rules: []policy.Rule{rule(func(r *policy.Rule) { r.For = time.Minute })}, place: here, aliases: []string{"friday", "weekend"}, starts: time.Minute, last: time.Minute},
		{name: "one group", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Groups = []string{"@TGS#aFRI"} })}, place: here, aliases: []string{"friday"}, starts: 2 * time.Hour},
		{name: "a group that is typed", rules: []policy.Rule{all}, place: here, begun: commands.Command{Target: commands.Target{Groups: []imapi.GroupID{"own"}}, For: 3 * time.Hour}, aliases: []string{"friday", "weekend"}, starts: 3 * time.Hour},
		{name: "a group that is not allowed", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Groups = []string{"@TGS#aFRI"} })}, place: here, begun: commands.Command{Target: commands.Target{Groups: []imapi.GroupID{"own"}}}, denial: policy.GroupsDenied},
		{name: "another channel", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Channels = []string{"slack:C2"} })}, place: here, denial: policy.ElsewhereOnly},
		{name: "in no channel", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Channels = []string{"slack:C2"} })}, place: commands.Place{Platform: "slack"}, aliases: []string{"friday", "weekend"}, starts: 2 * time.Hour},
		{name: "a channel that was picked", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Channels = []string{"slack:C1"} })}, place: commands.Place{Platform: "slack", Channel: "slack:C1", Picked: true}, denial: policy.ElsewhereOnly},
		{name: "another command", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Commands = []commands.Verb{commands.List} })}, place: here, denial: policy.NoRule},
		{name: "no right", rules: []policy.Rule{all}, caller: commands.Caller{Ref: "slack:user:UX"}, place: here, denial: policy.NoRight},
		{name: "an outsider", rules: []policy.Rule{all}, caller: commands.Caller{Ref: bob, Outsider: true}, place: here, denial: policy.CallerOutsider},
		{name: "a membership that cannot be read", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Allow = []string{"slack:usergroup:S1"} })}, caller: commands.Caller{Ref: bob, Unread: []string{"slack:usergroup:S1"}}, place: here, denial: policy.MembershipUnread},
		{name: "it waits", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Approval, r.For = []string{lead}, 8*time.Hour })}, place: here, aliases: []string{"friday", "weekend"}, starts: 2 * time.Hour, last: 8 * time.Hour, waits: true},
		{name: "longer ones wait", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Approval, r.For = []string{lead}, 8*time.Hour }), rule(func(r *policy.Rule) { r.For, r.Name = time.Hour, "free" })}, place: here, aliases: []string{"friday", "weekend"}, starts: time.Hour, last: 8 * time.Hour, longer: true},
		{name: "longer ones on one group wait", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Approval, r.For = []string{lead}, 5*time.Hour }), rule(func(r *policy.Rule) { r.For, r.Name = time.Hour, "free" })}, place: here, begun: commands.Command{Target: commands.Target{Alias: "friday", Groups: []imapi.GroupID{"@TGS#aFRI"}}}, aliases: []string{"friday", "weekend"}, starts: time.Hour, last: 5 * time.Hour, longer: true},
		{name: "nobody can approve it", rules: []policy.Rule{rule(func(r *policy.Rule) { r.Approval = []string{bob} })}, place: here, denial: policy.NobodyApproves},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.caller.Ref == "" {
				tt.caller.Ref = bob
			}
			tt.begun.Verb = commands.Add
			o, d := offered(bot.Rules{Policy: policy.Policy{Rules: tt.rules}, Names: names}, tt.caller, tt.place, tt.begun)
			if d.Denial != tt.denial || d.Allowed != (tt.denial == "") {
				t.Fatalf("decided %+v", d)
			}
			if !d.Allowed {
				return
			}
			if !reflect.DeepEqual(o.Aliases, tt.aliases) || o.Starts.For != tt.starts || o.Lengths[len(o.Lengths)-1].For != tt.last {
				t.Errorf("offered %+v", o)
			}
			if o.Waits != tt.waits || (len(o.Approvers) > 0) != (tt.waits || tt.longer) || o.Placed != (tt.place.Channel != "") {
				t.Errorf("approval %v by %q, placed %v", o.Waits, o.Approvers, o.Placed)
			}
			if want := []words.Choice{{Typed: "minho", Means: []commands.Person{{Name: "minho", ID: "u_1"}}}, {Typed: "night", Means: []commands.Person{{Name: "night", ID: "u_1"}, {Name: "night", ID: "u_2"}}}}; !reflect.DeepEqual(o.People, want) {
				t.Errorf("people %+v", o.People)
			}
			for _, l := range o.Lengths {
				if l.For == o.Starts.For {
					return
				}
			}
			t.Errorf("%v is none of %v", o.Starts.For, o.Lengths)
		})
	}
}

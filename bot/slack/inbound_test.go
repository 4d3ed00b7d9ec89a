package slack

import (
	"encoding/json"
	"log/slog"
	"testing"

	"liveadmin/commands/policy"
	"liveadmin/imapi"
)

// deaf is a platform that was introduced but runs nowhere.
func deaf(self identity) *Slack {
	return introduced(Config{AppToken: imapi.NewSecret("xapp-1")}, slog.New(slog.DiscardHandler), self)
}

// introduced is a platform that knows who it is. No user group counts in it.
func introduced(c Config, log *slog.Logger, self identity) *Slack {
	c.BotToken = imapi.NewSecret("xoxb-1")
	s, err := New(c, Options{Log: log, Policy: func() policy.Policy { return policy.Policy{} }})
	if err != nil {
		panic(err) // settings that are always good
	}
	s.self.Store(&self)
	return s
}

// TestWhoIsInside: which payloads come from the bot's own people.
func TestWhoIsInside(t *testing.T) {
	alone := identity{team: "T1", user: "U0BOT"}
	org := identity{team: "T1", enterprise: "E1", user: "U0BOT"}
	wide := identity{team: "E1", enterprise: "E1", user: "U0BOT"}
	mention := func(outer, inner string) string {
		return `{"type":"event_callback",` + outer + `"event_id":"Ev1","event":{"type":"app_mention","user":"U1","channel":"C1","ts":"1.1",` + inner + `"text":"x"}}`
	}
	for _, tc := range []struct {
		name    string
		self    identity
		kind    string
		payload string
		inside  bool
	}{
		{"a command here", alone, "slash_commands", `{"team_id":"T1","user_id":"U1","channel_id":"C1"}`, true},
		{"a command from elsewhere", alone, "slash_commands", `{"team_id":"T2","user_id":"U1","channel_id":"C1"}`, false},
		{"a command without a workspace", alone, "slash_commands", `{"user_id":"U1","channel_id":"C1"}`, false},
		{"a command of the organization", org, "slash_commands", `{"team_id":"T2","enterprise_id":"E1","user_id":"U1","channel_id":"C1"}`, true},
		{"a command of another organization", org, "slash_commands", `{"team_id":"T2","enterprise_id":"E2","user_id":"U1","channel_id":"C1"}`, false},
		{"empty IDs are nobody's", alone, "slash_commands", `{"team_id":"","enterprise_id":"","user_id":"U1","channel_id":"C1"}`, false},

		{"a mention here", alone, "events_api", mention(`"team_id":"T1",`, ``), true},
		{"a mention with its author's workspace", alone, "events_api", mention(`"team_id":"T1",`, `"team":"T1","user_team":"T1","source_team":"T1",`), true},
		{"an outsider's mention", alone, "events_api", mention(`"team_id":"T1",`, `"user_team":"T2","source_team":"T2",`), false},
		{"one team of two is another's", alone, "events_api", mention(`"team_id":"T1",`, `"user_team":"T1","source_team":"T2",`), false},
		{"with the team alone", alone, "events_api", mention(`"team_id":"T1",`, `"team":"T2",`), false},
		{"a mention for another workspace", alone, "events_api", mention(`"team_id":"T2",`, ``), false},
		{"the organization's other workspace", org, "events_api", mention(`"team_id":"T1","enterprise_id":"E1","is_ext_shared_channel":false,`, `"user_team":"T2",`), true},
		{"named by the organization", org, "events_api", mention(`"team_id":"T1",`, `"user_team":"E1",`), true},
		{"in a shared channel of the organization", org, "events_api", mention(`"team_id":"T1","enterprise_id":"E1","is_ext_shared_channel":true,`, `"user_team":"T2",`), false},
		{"without a word on whether it is shared", org, "events_api", mention(`"team_id":"T1","enterprise_id":"E1",`, `"user_team":"T2",`), false},
		{"installed in the whole organization", wide, "events_api", mention(`"team_id":"T5","enterprise_id":"E1","is_ext_shared_channel":false,`, `"team":"T5",`), true},

		{"a click here", alone, "interactive", `{"type":"block_actions","user":{"id":"U1","team_id":"T1"},"channel":{"id":"C1"},"actions":[{"action_id":"undo.0"}]}`, true},
		{"an outsider's click", alone, "interactive", `{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1","team_id":"T2"},"channel":{"id":"C1"},"actions":[{"action_id":"undo.0"}]}`, false},
		{"a shortcut here", alone, "interactive", `{"type":"shortcut","callback_id":"liveadmin_add","user":{"id":"U1","team_id":"T1"}}`, true},
		{"an outsider's shortcut", alone, "interactive", `{"type":"shortcut","callback_id":"liveadmin_add","team":{"id":"T1"},"user":{"id":"U1","team_id":"T2"}}`, false},
		{"a form here", alone, "interactive", `{"type":"view_submission","user":{"id":"U1","team_id":"T1"},"view":{"callback_id":"liveadmin_add"}}`, true},
		{"an outsider's form", alone, "interactive", `{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1","team_id":"T2"},"view":{"callback_id":"liveadmin_add"}}`, false},
		{"a click without a workspace", alone, "interactive", `{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"},"channel":{"id":"C1"},"actions":[{"action_id":"undo.0"}]}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h, err := deaf(tc.self).hear(tc.kind, []byte(tc.payload))
			if err != nil {
				t.Fatal(err)
			}
			if h.delivery.Caller.Outsider == tc.inside || h.delivery.Caller.Ref != "slack:user:U1" || h.delivery.Place.Channel != "slack:C1" && h.form == nil && !h.inModal {
				t.Errorf("heard %+v", h.delivery)
			}
		})
	}
}

// TestAfterMention: what follows the bot's name, if the text begins with it.
func TestAfterMention(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"a space", "<@U0BOT> add g u", "add g u"},
		{"a no-break space", "<@U0BOT>\u00a0add g u", "add g u"},
		{"nothing between", "<@U0BOT>add g u", "add g u"},
		{"the name alone", "<@U0BOT>", ""},
		{"with a label", "<@U0BOT|bot> add", "add"},
		{"spaces before", " \u00a0<@U0BOT> add", "add"},
		{"somebody else", "<@U0BOTTOM> add", "<@U0BOTTOM> add"},
		{"not at the beginning", "hey <@U0BOT> add", "hey <@U0BOT> add"},
		{"never closed", "<@U0BOT add", "<@U0BOT add"},
		{"twice", "<@U0BOT> <@U0BOT> add", "<@U0BOT> add"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := afterMention(tc.text, "U0BOT"); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestKeys: one delivery has one key, two have two, also if Slack gives them no
// name.
func TestKeys(t *testing.T) {
	if a, b := key("T1", "1.2.x"), key("T1", "1.2.x"); a != b || a != "slack:T1:1.2.x" {
		t.Errorf("%q and %q", a, b)
	}
	if a, b := key("T1", ""), key("T1", ""); a == b {
		t.Errorf("two without a name have the key %q", a)
	}
}

// FuzzHear: nothing that arrives makes the decoding panic, or someone an insider
// without the workspace's name.
func FuzzHear(f *testing.F) {
	for _, kind := range []string{"slash_commands", "events_api", "interactive", "hello"} {
		for _, payload := range []string{
			`{"team_id":"T1","user_id":"U1","channel_id":"C1","text":"add","trigger_id":"1"}`,
			`{"type":"event_callback","team_id":"T1","event":{"type":"app_mention","user":"U1","channel":"C1","ts":"1.1","text":"<@U0BOT> x"}}`,
			`{"type":"block_actions","user":{"id":"U1","team_id":"T1"},"channel":{"id":"C1"},"actions":[{"action_id":"undo.0","value":"1"}]}`,
			`{"type":"event_callback","team_id":"T1","event":{"type":"app_home_opened","user":"U1","channel":"D1","tab":"home","view":{"type":"home","team_id":"T1","hash":"1.x"}}}`,
			`{"type":"block_actions","user":{"id":"U1","team_id":"T1"},"container":{"type":"view"},"view":{"type":"home"},"actions":[{"action_id":"approve.0","value":"1"}]}`,
			`{"type":"block_actions","user":{"id":"U1","team_id":"T1"},"container":{"type":"view"},"view":{"type":"home"},"actions":[{"action_id":"show-@@.0"}]}`,
			`{"type":"shortcut","callback_id":"liveadmin_add","trigger_id":"1","team":{"id":"T1"},"user":{"id":"U1","team_id":"T1"}}`,
			`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1","team_id":"T1"},"view":{"id":"V1","callback_id":"liveadmin_add","private_metadata":"a.b","state":{"values":{"group":{"group":{"selected_option":{"value":"x"}}},"users":{"users":{"selected_options":[null,{}]}}}}}}`,
			`null`, `[]`, `{"event":{"edited":{}}}`,
		} {
			f.Add(kind, payload)
		}
	}
	s := deaf(identity{team: "T1", user: "U0BOT"})
	f.Fuzz(func(t *testing.T, kind, payload string) {
		h, err := s.hear(kind, []byte(payload))
		if err != nil {
			return
		}
		d := h.delivery
		if h.home != nil {
			if !userID.MatchString(h.home.user) || d.Click != nil && (d.Key == "" || !d.Alone) {
				t.Errorf("a Home tab of nobody: %+v", h)
			}
			d.Caller.Outsider = !h.home.insider
		} else if d.Key == "" || d.Caller.Ref == userRef || d.Place.Channel == Name+":" {
			t.Errorf("a delivery without a key, a caller or a channel: %+v", d)
		}
		var names any
		if json.Unmarshal([]byte(payload), &names) == nil && !holds(names, "T1") && !d.Caller.Outsider {
			t.Errorf("an insider by %s", payload)
		}
	})
}

// holds reports whether a text is anywhere in decoded JSON.
func holds(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text
	case []any:
		for _, one := range v {
			if holds(one, text) {
				return true
			}
		}
	case map[string]any:
		for _, one := range v {
			if holds(one, text) {
				return true
			}
		}
	}
	return false
}

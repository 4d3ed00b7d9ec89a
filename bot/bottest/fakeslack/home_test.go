package fakeslack_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakeslack"
)

// TestPublish: a Home tab is refused as Slack refuses it: what is wrong with the view, whom it is
// for, that it has changed meanwhile, or that the app has none.
func TestPublish(t *testing.T) {
	section := `{"type":"section","text":{"type":"mrkdwn","text":"x"}}`
	home := func(blocks string) string { return `{"type":"home","blocks":[` + blocks + `]}` }
	for _, tc := range []struct{ name, user, view, hash, want string }{
		{"one block", "UALICE", home(section), "", ""},
		{"a hundred blocks", "UALICE", home(section + strings.Repeat(","+section, 99)), "", ""},
		{"one more", "UALICE", home(section + strings.Repeat(","+section, 100)), "", "invalid_arguments"},
		{"no blocks", "UALICE", home(""), "", "invalid_arguments"},
		{"a form", "UALICE", `{"type":"modal","blocks":[` + section + `]}`, "", "invalid_arguments"},
		{"an unknown field", "UALICE", `{"type":"home","title":"x","blocks":[` + section + `]}`, "", "invalid_arguments"},
		{"a table", "UALICE", home(`{"type":"table","rows":[[{"type":"raw_text","text":"x"}]]}`), "", "invalid_arguments"},
		{"no JSON", "UALICE", `{`, "", "invalid_arguments"},
		{"nobody", "UNOBODY", home(section), "", "user_not_found"},
		{"of a state that is over", "UALICE", home(section), "1.x", "hash_conflict"},
		{"too large", "UALICE", home(section + strings.Repeat(" ", 250_000)), "", "view_too_large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := fakeslack.New(t, fakeslack.Config{})
			s.AddUser(fakeslack.User{ID: "UALICE"})
			if got := publish(t, s, tc.user, tc.view, tc.hash); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if h := s.Home("UALICE"); (h.Times == 1) != (tc.want == "") {
				t.Errorf("it was published %d times", h.Times)
			}
			if h := s.Home("UALICE"); tc.want == "" && publish(t, s, tc.user, tc.view, h.Hash) != "" {
				t.Error("the hash of its own state is refused")
			}
		})
	}
	s := fakeslack.New(t, fakeslack.Config{NoHome: true})
	s.AddUser(fakeslack.User{ID: "UALICE"})
	if got := publish(t, s, "UALICE", home(section), ""); got != "not_enabled" {
		t.Errorf("without a Home tab: %q", got)
	}
}

// publish calls views.publish and returns its error.
func publish(t *testing.T, s *fakeslack.Server, user, view, hash string) string {
	t.Helper()
	args := url.Values{"user_id": {user}, "view": {view}}
	if hash != "" {
		args.Set("hash", hash)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"views.publish", strings.NewReader(args.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+s.Config().BotToken)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var a struct{ Error string }
	if err := json.NewDecoder(answer.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a.Error
}

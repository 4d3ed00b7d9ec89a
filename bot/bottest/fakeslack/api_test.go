package fakeslack_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"liveadmin/bot/bottest/fakeslack"
)

func TestAuthTestSaysWhoTheBotIs(t *testing.T) {
	s := workspace(t, fakeslack.Config{Team: "T1", Enterprise: "E1"})
	who, err := client(s).AuthTestContext(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if who.TeamID != "T1" || who.EnterpriseID != "E1" || who.UserID != s.Config().BotUser || who.BotID != s.Config().BotID {
		t.Errorf("got %+v", who)
	}
}

func TestTokens(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	c := s.Config()
	s.Revoke("xoxb-revoked", "token_revoked")
	for _, row := range []struct{ name, method, form, header, want string }{
		{"in the form", "auth.test", c.BotToken, "", ""},
		{"in the header", "auth.test", "", "Bearer " + c.BotToken, ""},
		{"none", "auth.test", "", "", "not_authed"},
		{"unknown", "auth.test", "xoxb-what", "", "invalid_auth"},
		{"unknown in the header", "auth.test", "", "Bearer xoxb-what", "invalid_auth"},
		{"no bearer", "auth.test", "", c.BotToken, "not_authed"},
		{"the app's for the bot", "auth.test", c.AppToken, "", "not_allowed_token_type"},
		{"the bot's for the app", "apps.connections.open", c.BotToken, "", "not_allowed_token_type"},
		{"the app's", "apps.connections.open", "", "Bearer " + c.AppToken, ""},
		{"revoked", "auth.test", "xoxb-revoked", "", "token_revoked"},
		{"no such method", "chat.shout", c.BotToken, "", "unknown_method"},
		{"dialogs are not served", "dialog.open", c.BotToken, "", "unknown_method"},
	} {
		t.Run(row.name, func(t *testing.T) {
			form := url.Values{}
			if row.form != "" {
				form.Set("token", row.form)
			}
			body := call(t, s, row.method, form, row.header)
			if want := `"error":"` + row.want + `"`; row.want != "" && !strings.Contains(body, want) {
				t.Errorf("got %s, want %s", body, want)
			}
			if row.want == "" && !strings.Contains(body, `"ok":true`) {
				t.Errorf("got %s", body)
			}
		})
	}
}

// call is a call without the client.
func call(t *testing.T, s *fakeslack.Server, method string, form url.Values, header string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(soon(t), http.MethodPost, s.URL()+method, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if header != "" {
		req.Header.Set("Authorization", header)
	}
	return answered(t, req)
}

// answered is the body of the answer to a request.
func answered(t *testing.T, req *http.Request) string {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestArgumentsAsJSON(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	for body, want := range map[string]string{
		`{"channel":"C0GENERAL","text":"plain","blocks":[{"type":"divider"}]}`: `"ok":true`,
		`{"channel":"C0GENERAL"}`: `"error":"no_text"`,
		``:                        `"error":"channel_not_found"`,
		`[]`:                      `"error":"invalid_form_data"`,
	} {
		req, err := http.NewRequestWithContext(soon(t), http.MethodPost, s.URL()+"chat.postMessage", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		req.Header.Set("Authorization", "Bearer "+s.Config().BotToken)
		if got := answered(t, req); !strings.Contains(got, want) {
			t.Errorf("%s: got %s", body, got)
		}
	}
	if got := s.Messages(general); len(got) != 1 || got[0].Text != "plain" || len(got[0].Blocks) == 0 {
		t.Errorf("there is %+v", got)
	}
}

func TestRevokedTokenComesBack(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	for _, want := range []string{"token_revoked", "account_inactive", ""} {
		s.Revoke(s.Config().BotToken, want)
		_, err := client(s).AuthTestContext(soon(t))
		if got := code(t, err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestScopes(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	s.EditChannel(secret, func(c *fakeslack.Channel) { c.Members = append(c.Members, s.Config().BotUser) })
	s.SetUserGroup("S1", alice)
	history := func(channel string) func(context.Context, *slack.Client) error {
		return func(ctx context.Context, api *slack.Client) error {
			_, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: channel})
			return err
		}
	}
	for _, row := range []struct {
		scope string
		call  func(context.Context, *slack.Client) error
	}{
		{"chat:write", func(ctx context.Context, api *slack.Client) error {
			_, _, err := api.PostMessageContext(ctx, general, text("x"))
			return err
		}},
		{"chat:write", func(ctx context.Context, api *slack.Client) error {
			_, err := api.PostEphemeralContext(ctx, general, alice, text("x"))
			return err
		}},
		{"usergroups:read", func(ctx context.Context, api *slack.Client) error {
			_, err := api.GetUserGroupMembersContext(ctx, "S1")
			return err
		}},
		{"users:read", func(ctx context.Context, api *slack.Client) error {
			_, err := api.GetUserInfoContext(ctx, alice)
			return err
		}},
		{"channels:history", history(general)},
		{"groups:history", history(secret)},
	} {
		s.SetScopes("commands")
		var refused slack.SlackErrorResponse
		err := row.call(soon(t), client(s))
		if !errors.As(err, &refused) || refused.Err != "missing_scope" || refused.Needed != row.scope || refused.Provided != "commands" {
			t.Errorf("without %s: %#v", row.scope, err)
		}
		s.SetScopes(row.scope)
		if err := row.call(soon(t), client(s)); err != nil {
			t.Errorf("with %s: %v", row.scope, err)
		}
	}
}

func TestUserGroups(t *testing.T) {
	s := workspace(t, fakeslack.Config{Scopes: []string{"usergroups:read"}})
	s.SetUserGroup("S1", alice, mallory)
	s.SetUserGroup("S2")
	for group, want := range map[string][]string{"S1": {alice, mallory}, "S2": {}} {
		got, err := client(s).GetUserGroupMembersContext(soon(t), group)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, %v", group, got, err)
		}
	}
	_, err := client(s).GetUserGroupMembersContext(soon(t), "S3")
	if got := code(t, err); got != "no_such_subteam" {
		t.Errorf("got %q", got)
	}
}

func TestUserInfo(t *testing.T) {
	s := workspace(t, fakeslack.Config{Scopes: []string{"users:read"}})
	s.AddUser(fakeslack.User{ID: "UKIM", Name: "kim", Locale: "ko-KR"})
	for user, want := range map[string]string{"UKIM": "ko-KR", alice: "en-US"} {
		got, err := client(s).GetUserInfoContext(soon(t), user)
		if err != nil || got.ID != user || got.Locale != want {
			t.Errorf("%s: got %+v, %v", user, got, err)
		}
	}
	_, err := client(s).GetUserInfoContext(soon(t), "UNOBODY")
	if got := code(t, err); got != "user_not_found" {
		t.Errorf("got %q", got)
	}
}

func TestCallsAreOnRecordWithoutTheToken(t *testing.T) {
	s := workspace(t, fakeslack.Config{})
	post(t, s, general, text("hello"))
	client(s).PostMessageContext(soon(t), "C0NOWHERE", text("hello")) // refused, as its record says
	calls := s.Calls("chat.postMessage")
	if len(calls) != 2 || len(s.Calls("")) != 2 || len(s.Calls("chat.update")) != 0 {
		t.Fatalf("got %+v", calls)
	}
	if calls[0].Error != "" || calls[1].Error != "channel_not_found" {
		t.Errorf("got %q and %q", calls[0].Error, calls[1].Error)
	}
	if calls[0].Args.Get("text") != "hello" || calls[0].Args.Has("token") {
		t.Errorf("got %v", calls[0].Args)
	}
}

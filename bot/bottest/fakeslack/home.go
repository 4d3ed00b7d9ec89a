package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"liveadmin/bot/bottest/fake"
)

// Limits of a view (docs: home tab views, views.publish).
const (
	maxViewBlocks   = 100
	maxViewBytes    = 250_000
	maxViewMetadata = 3000
)

// Home is the Home tab of somebody, as it is or was when it was read.
type Home struct {
	User   string
	Blocks json.RawMessage
	Hash   string // of this state
	Times  int    // how often it was published

	news int
}

// homeView is a view as views.publish takes it.
type homeView struct {
	Type     string          `json:"type"`
	Blocks   json.RawMessage `json:"blocks"`
	Metadata string          `json:"private_metadata"`
	Callback string          `json:"callback_id"`
	External string          `json:"external_id"`
}

// publishView is views.publish. The state is locked.
func (s *Server) publishView(args url.Values) answer {
	user := args.Get("user_id")
	old := s.workspace.homes[user]
	switch _, known := s.workspace.users[user]; {
	case s.config.NoHome:
		return refuse("not_enabled")
	case !known:
		return refuse("user_not_found")
	case len(args.Get("view")) > maxViewBytes:
		return refuse("view_too_large")
	case args.Get("hash") != "" && args.Get("hash") != old.Hash:
		return refuse("hash_conflict")
	}
	blocks, err := homeBlocks(args.Get("view"))
	if err == nil && s.refusesBlocks(string(blocks)) {
		err = errors.New("unsupported type of a block")
	}
	if err != nil {
		return refuse("invalid_arguments", fmt.Sprintf("[ERROR] %v", err))
	}
	s.workspace.news++
	now := Home{User: user, Blocks: blocks, Hash: s.viewHash(), Times: old.Times + 1, news: s.workspace.news}
	s.workspace.homes[user] = now
	return done(answer{"view": s.homeWire(now)})
}

// CheckHome is what is wrong with the JSON of a Home tab; empty: Slack takes it.
func CheckHome(view []byte) string {
	if len(view) > maxViewBytes {
		return "view_too_large"
	}
	if _, err := homeBlocks(string(view)); err != nil {
		return err.Error()
	}
	return ""
}

// homeBlocks checks a view and returns its blocks.
func homeBlocks(view string) (json.RawMessage, error) {
	var v homeView
	if err := strictly([]byte(view), &v); err != nil {
		return nil, err
	}
	switch {
	case v.Type != "home":
		return nil, fmt.Errorf("a view of the type %q is not published", v.Type)
	case size(v.Metadata) > maxViewMetadata || size(v.Callback) > 255 || size(v.External) > 255:
		return nil, errors.New("the metadata or an ID is too long")
	case !hasBlocks(string(v.Blocks)):
		return nil, errors.New("the view has no blocks")
	case strings.Contains(string(v.Blocks), `"type":"table"`):
		return nil, errors.New("unsupported type of a block")
	}
	blocks, refused := parseUpTo(v.Blocks, maxViewBlocks, maxViewBytes)
	if refused != nil {
		return nil, fmt.Errorf("%v", refused["errors"])
	}
	return blocks, nil
}

// viewHash is one that no other state of a view has.
func (s *Server) viewHash() string {
	return fmt.Sprintf("%d.%s", s.config.Now().Unix(), unique())
}

// homeWire is a Home tab as answers and payloads have it.
func (s *Server) homeWire(h Home) map[string]any {
	return map[string]any{
		"id": "V" + h.User, "team_id": s.config.Team, "type": "home", "blocks": h.Blocks, "private_metadata": "", "callback_id": "",
		"state": map[string]any{"values": map[string]any{}}, "hash": h.Hash, "clear_on_close": false, "notify_on_close": false,
		"close": nil, "submit": nil, "previous_view_id": nil, "root_view_id": "V" + h.User, "app_id": s.config.AppID,
		"external_id": "", "app_installed_team_id": s.config.Team, "bot_id": s.config.BotID,
	}
}

// Opened is somebody who opens a tab of the App Home.
type Opened struct {
	User string
	Tab  string    // "home" if empty
	Sign Signature // HTTP mode
}

// OpenHome opens somebody's Home tab.
func (s *Server) OpenHome(user string) *Delivery { return s.SendOpened(Opened{User: user}) }

// SendOpened is OpenHome with everything that can be chosen.
func (s *Server) SendOpened(o Opened) *Delivery {
	if o.Tab == "" {
		o.Tab = "home"
	}
	d := &Delivery{s: s, kind: eventsAPI, sign: o.Sign, User: o.User, EventID: "Ev" + unique()}
	s.host.Change(func() {
		u := s.meet(o.User)
		event := map[string]any{
			"type": "app_home_opened", "user": u.ID, "channel": s.direct(u.ID).ID, "tab": o.Tab,
			"event_ts": fmt.Sprintf("%d.000000", s.config.Now().Unix()),
		}
		if h, ok := s.workspace.homes[u.ID]; ok && o.Tab == "home" {
			event["view"] = s.homeWire(h)
		}
		d.payload = encode(map[string]any{
			"token": "deprecated", "team_id": u.Team, "api_app_id": s.config.AppID, "event": event,
			"type": "event_callback", "event_id": d.EventID, "event_time": s.config.Now().Unix(),
			"is_ext_shared_channel": false,
			"authorizations": []any{map[string]any{
				"enterprise_id": nil, "team_id": s.config.Team, "user_id": s.config.BotUser,
				"is_bot": true, "is_enterprise_install": false,
			}},
		})
	})
	s.deliver(d)
	return d
}

// Home is somebody's Home tab; Times is 0 if none was published.
func (s *Server) Home(user string) Home {
	s.host.Lock()
	defer s.host.Unlock()
	return s.workspace.homes[user]
}

// WaitHome waits for a Home tab that fits, and returns it. The error shows what is there.
func (s *Server) WaitHome(ctx context.Context, fits func(Home) bool) (Home, error) {
	show := func(h Home) string { return fmt.Sprintf("%s: %s", h.User, h.Blocks) }
	return fake.WaitFor(ctx, s.host, s.homesSince, func(h Home) int { return h.news }, show, fits)
}

// homesSince are the Home tabs that are new or changed since a state of the news.
func (s *Server) homesSince(news int) []Home {
	s.host.Lock()
	defer s.host.Unlock()
	var list []Home
	for _, h := range s.workspace.homes {
		if h.news > news {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(a, b Home) int { return a.news - b.news })
	return list
}

// HomeClick is a click on a Home tab.
type HomeClick struct {
	User     string
	Home     Home // as the user sees it, even if it has changed since
	ActionID string
	Value    string // of several buttons with the ActionID the one with this value

	Forged bool      // the tab has no such button
	Sign   Signature // HTTP mode
}

// ClickHome clicks a button of somebody's Home tab. It fails the test if there is none.
func (s *Server) ClickHome(user, actionID, value string) *Delivery {
	s.t.Helper()
	return s.SendHomeClick(HomeClick{User: user, Home: s.Home(user), ActionID: actionID, Value: value})
}

// SendHomeClick is ClickHome with everything that can be chosen.
func (s *Server) SendHomeClick(c HomeClick) *Delivery {
	s.t.Helper()
	d := &Delivery{s: s, kind: interactive, sign: c.Sign, User: c.User, TriggerID: trigger()}
	action := findButton(c.Home.Blocks, c.ActionID, c.Value)
	if action == nil && !c.Forged {
		s.t.Errorf("fakeslack: the Home tab has no button %q to click", c.ActionID)
		d.failed = ErrDispatchFailed
		return d
	}
	if action == nil {
		action = map[string]any{"type": "button", "block_id": "forged", "action_id": c.ActionID, "value": c.Value}
	}
	s.host.Change(func() {
		s.views.begin(d.TriggerID, c.User)
		u := s.meet(c.User)
		action["action_ts"] = s.actionTime()
		c.Home.User = u.ID
		p := map[string]any{
			"type": "block_actions", "token": "deprecated", "api_app_id": s.config.AppID, "trigger_id": d.TriggerID,
			"user":      map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.Team},
			"container": map[string]any{"type": "view", "view_id": "V" + u.ID},
			"team":      map[string]any{"id": s.config.Team, "domain": "fake"}, "enterprise": nil, "is_enterprise_install": false,
			"view": s.homeWire(c.Home), "actions": []any{action},
		}
		if s.config.Enterprise != "" {
			p["enterprise"] = map[string]any{"id": s.config.Enterprise, "name": "Fake"}
		}
		d.payload = encode(p)
	})
	s.deliver(d)
	return d
}

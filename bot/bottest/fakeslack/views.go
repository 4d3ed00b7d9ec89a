package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"liveadmin/bot/bottest/fake"
)

// triggerAge is how long a trigger_id can open a view (docs: views.open).
const triggerAge = 3 * time.Second

// View is a modal as it is on somebody's screen.
type View struct {
	ID       string
	User     string // who sees it
	Callback string
	Metadata string // private_metadata
	Title    string
	Submit   string // the label of the button that sends it
	Blocks   json.RawMessage
	State    map[string]map[string]any // what is filled in: by block_id and action_id, as payloads have it
	Errors   map[string]string         // shown at its fields, by block_id
	Open     bool
	Hash     string

	raw  map[string]any
	news int
}

// views are the modals and the triggers that can open them. The Server's lock guards it.
type views struct {
	all      []*View
	triggers map[string]*opener
	news     int
}

// opener is a trigger_id: whose, since when, and whether it was used.
type opener struct {
	user  string
	since time.Time
	used  bool
}

// begin notes whose doing a trigger_id is. The state is locked.
func (v *views) begin(id, user string) {
	if v.triggers == nil {
		v.triggers = make(map[string]*opener)
	}
	if v.triggers[id] == nil {
		v.triggers[id] = &opener{user: user, since: time.Now()}
	}
}

// openView is views.open.
func (s *Server) openView(args url.Values) answer {
	o := s.views.triggers[args.Get("trigger_id")]
	switch {
	case args.Get("trigger_id") == "":
		return refuse("invalid_arguments", "[ERROR] missing required field: trigger_id")
	case o == nil:
		return refuse("invalid_trigger_id")
	case o.used:
		return refuse("exchanged_trigger_id")
	case time.Since(o.since) > triggerAge:
		return refuse("expired_trigger_id")
	}
	raw, refused := parseView([]byte(args.Get("view")))
	if refused != nil {
		return refused
	}
	o.used = true
	v := &View{ID: "V" + unique(), User: o.user, Open: true}
	v.become(raw, nil)
	s.views.all = append(s.views.all, v)
	s.touchView(v)
	return done(answer{"view": s.wireView(v)})
}

// updateView is views.update. What is filled in stays, in the fields that are there still.
func (s *Server) updateView(args url.Values) answer {
	i := slices.IndexFunc(s.views.all, func(v *View) bool { return v.ID == args.Get("view_id") && v.Open })
	if i < 0 {
		return refuse("not_found")
	}
	v := s.views.all[i]
	if hash := args.Get("hash"); hash != "" && hash != v.Hash {
		return refuse("hash_conflict")
	}
	raw, refused := parseView([]byte(args.Get("view")))
	if refused != nil {
		return refused
	}
	v.become(raw, v.State)
	s.touchView(v)
	return done(answer{"view": s.wireView(v)})
}

// become shows other content.
func (v *View) become(raw map[string]any, kept map[string]map[string]any) {
	v.raw, v.Hash, v.Errors = raw, "1."+unique(), nil
	v.Callback, _ = raw["callback_id"].(string)
	v.Metadata, _ = raw["private_metadata"].(string)
	if title, ok := raw["title"].(map[string]any); ok {
		v.Title, _ = title["text"].(string)
	}
	if submit, ok := raw["submit"].(map[string]any); ok {
		v.Submit, _ = submit["text"].(string)
	}
	v.Blocks = encode(raw["blocks"])
	v.State = make(map[string]map[string]any)
	for _, f := range v.inputs() {
		value := f.initial()
		if old, ok := kept[f.Block][f.Element.ActionID].(map[string]any); ok {
			value = old
		}
		v.State[f.Block] = map[string]any{f.Element.ActionID: value}
	}
}

// wireView is a view as Slack's JSON has it. The state is locked.
func (s *Server) wireView(v *View) map[string]any {
	w := map[string]any{
		"id": v.ID, "team_id": s.config.Team, "app_id": s.config.AppID, "app_installed_team_id": s.config.Team, "bot_id": s.config.BotID,
		"hash": v.Hash, "state": map[string]any{"values": v.State}, "root_view_id": v.ID, "previous_view_id": nil,
		"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": false, "notify_on_close": false, "submit": nil, "close": nil,
	}
	for name, value := range v.raw {
		w[name] = value
	}
	return w
}

// touchView makes a view news. The state is locked.
func (s *Server) touchView(v *View) {
	s.views.news++
	v.news = s.views.news
}

// WaitView waits for a view of somebody and returns the newest state of the first that fits.
func (s *Server) WaitView(ctx context.Context, user string, fits func(View) bool) (View, error) {
	show := func(v View) string { return fmt.Sprintf("%s %s of %s: %s", v.ID, v.Callback, v.User, v.Blocks) }
	return fake.WaitFor(ctx, s.host, s.viewsSince, func(v View) int { return v.news }, show,
		func(v View) bool { return v.User == user && fits(v) })
}

func (s *Server) viewsSince(news int) []View {
	s.host.Lock()
	defer s.host.Unlock()
	var list []View
	for _, v := range s.views.all {
		if v.news > news {
			list = append(list, *v)
		}
	}
	slices.SortFunc(list, func(a, b View) int { return a.news - b.news })
	return list
}

// Views are the modals that somebody has open.
func (s *Server) Views(user string) []View {
	return slices.DeleteFunc(s.viewsSince(0), func(v View) bool { return v.User != user || !v.Open })
}

// CheckView is Slack's word for what is wrong with the JSON of a view, with what it says about
// it; empty: Slack takes it.
func CheckView(raw []byte) string {
	if _, refused := parseView(raw); refused != nil {
		return fmt.Sprint(refused)
	}
	return ""
}

// parseView checks a modal.
func parseView(raw []byte) (map[string]any, answer) {
	var v struct {
		Type, PrivateMetadata, CallbackID, ExternalID string
		Title, Submit, Close                          *textObject
		Blocks                                        []map[string]any
		ClearOnClose, NotifyOnClose                   bool
	}
	bad := func(err error) (map[string]any, answer) {
		return nil, refuse("invalid_arguments", "[ERROR] "+err.Error())
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return bad(err)
	}
	into := map[string]any{
		"type": &v.Type, "private_metadata": &v.PrivateMetadata, "callback_id": &v.CallbackID, "external_id": &v.ExternalID,
		"title": &v.Title, "submit": &v.Submit, "close": &v.Close, "blocks": &v.Blocks, "clear_on_close": &v.ClearOnClose, "notify_on_close": &v.NotifyOnClose,
	}
	for name, value := range fields {
		if into[name] == nil {
			return bad(fmt.Errorf("invalid additional property: %s", name))
		}
		if err := strictly(value, into[name]); err != nil {
			return bad(fmt.Errorf("%s: %w", name, err))
		}
	}
	switch {
	case len(raw) > maxViewBytes:
		return nil, refuse("view_too_large")
	case v.Type != "modal":
		return bad(fmt.Errorf("a view of the type %q", v.Type))
	case size(v.PrivateMetadata) > maxViewMetadata:
		return bad(fmt.Errorf("private_metadata has %d characters", size(v.PrivateMetadata)))
	case size(v.CallbackID) > 255 || size(v.ExternalID) > 255:
		return bad(errors.New("an id has more than 255 characters"))
	case len(v.Blocks) > maxViewBlocks:
		return bad(fmt.Errorf("%d blocks, more than %d", len(v.Blocks), maxViewBlocks))
	}
	if err := v.Title.check("title", 24, plainOnly); err != nil {
		return bad(err)
	}
	for where, text := range map[string]*textObject{"submit": v.Submit, "close": v.Close} {
		if text == nil {
			continue
		}
		if err := text.check(where, 24, plainOnly); err != nil {
			return bad(err)
		}
	}
	inputs, err := checkViewBlocks(v.Blocks)
	if err != nil {
		return bad(err)
	}
	if inputs && v.Submit == nil {
		return bad(errors.New("a view with an input needs a submit"))
	}
	var whole map[string]any
	if err := json.Unmarshal(raw, &whole); err != nil {
		return bad(err)
	}
	whole["blocks"] = v.Blocks
	return whole, nil
}

// checkViewBlocks checks the blocks of a view, and gives those an ID that have none.
func checkViewBlocks(list []map[string]any) (inputs bool, err error) {
	seen := make(map[string]bool)
	for i, b := range list {
		check := checkBlock
		if b["type"] == "input" {
			check, inputs = checkInput, true
		}
		if err := check(b); err != nil {
			return inputs, fmt.Errorf("%w [json-pointer:/view/blocks/%d]", err, i)
		}
		id, _ := b["block_id"].(string)
		if id == "" {
			id = unique()
			b["block_id"] = id
		}
		if seen[id] {
			return inputs, fmt.Errorf("block_id %q is there twice", id)
		}
		seen[id] = true
	}
	return inputs, nil
}

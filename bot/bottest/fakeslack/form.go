package fakeslack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Shortcut uses a global shortcut of the app.
func (s *Server) Shortcut(user, callback string) *Delivery {
	d := &Delivery{s: s, kind: interactive, User: user, TriggerID: trigger()}
	s.host.Change(func() {
		s.views.begin(d.TriggerID, user)
		p := s.interaction(d, "shortcut")
		p["callback_id"], p["action_ts"] = callback, "1.0"
		d.payload = encode(p)
	})
	s.deliver(d)
	return d
}

// Sending is a form that somebody sends.
type Sending struct {
	User   string              // who sees it, if empty
	View   View                // as they see it
	Values map[string][]string // what they fill in beside what is there, by block_id; nil takes it away

	TriggerID string         // one of its own if empty
	Forge     map[string]any // fields of the view in the payload that are not as Slack has them
	Forged    bool           // what the client would not let somebody send is sent all the same
}

// SendForm fills a form in and sends it. It fails the test where a client would not let somebody
// do so: an option that is not offered, or a field that has to be filled in.
func (s *Server) SendForm(f Sending) *Delivery {
	s.t.Helper()
	d := &Delivery{s: s, kind: interactive, accepts: true, User: cmp.Or(f.User, f.View.User), TriggerID: cmp.Or(f.TriggerID, trigger())}
	var trouble error
	s.host.Change(func() {
		s.views.begin(d.TriggerID, d.User)
		i := slices.IndexFunc(s.views.all, func(v *View) bool { return v.ID == f.View.ID })
		if i < 0 {
			trouble = fmt.Errorf("there is no view %q", f.View.ID)
			return
		}
		d.view = s.views.all[i]
		if trouble = d.view.fill(f.Values, f.Forged); trouble != nil {
			return
		}
		p := s.interaction(d, "view_submission")
		w := s.wireView(d.view)
		for name, value := range f.Forge {
			w[name] = value
		}
		p["view"], p["response_urls"] = w, []any{}
		d.payload = encode(p)
	})
	if trouble != nil {
		s.t.Errorf("fakeslack: %v", trouble)
		d.failed = ErrDispatchFailed
		return d
	}
	s.deliver(d)
	return d
}

// fill fills values in.
func (v *View) fill(values map[string][]string, forged bool) error {
	inputs := v.inputs()
	v.State = maps.Clone(v.State) // others read the old one
	for block, filled := range values {
		i := slices.IndexFunc(inputs, func(in input) bool { return in.Block == block })
		if i < 0 && !forged {
			return fmt.Errorf("the form has no field %q: %s", block, v.Blocks)
		}
		in := input{Block: block, Element: element{Type: "plain_text_input", ActionID: block}}
		if i >= 0 {
			in = inputs[i]
		}
		if err := in.Element.takes(filled); err != nil && !forged {
			return fmt.Errorf("%s: %w", block, err)
		}
		v.State[block] = map[string]any{in.Element.ActionID: in.Element.filled(filled...)}
	}
	for _, in := range inputs {
		empty := string(encode(v.State[in.Block][in.Element.ActionID])) == string(encode(in.Element.filled()))
		if empty && !in.Optional && !forged {
			return fmt.Errorf("the field %q has to be filled in", in.Block)
		}
	}
	return nil
}

// takes reports why a client does not let somebody fill something in, or nil.
func (e element) takes(values []string) error {
	for _, value := range values {
		offered := slices.ContainsFunc(e.Options, func(o option) bool { return o.Value == value })
		switch {
		case (e.Type == "static_select" || e.Type == "multi_static_select") && !offered:
			return fmt.Errorf("%q is not offered", value)
		case e.MaxLength > 0 && size(value) > e.MaxLength:
			return fmt.Errorf("it has more than %d characters", e.MaxLength)
		case e.MaxSelected != nil && len(values) > *e.MaxSelected:
			return fmt.Errorf("more than %d are chosen", *e.MaxSelected)
		}
	}
	return nil
}

// settleForm takes the acknowledgement of a form: nothing closes it, and errors are shown at
// its fields. It returns what is wrong with it, or "". The state is locked.
func (s *Server) settleForm(v *View, raw json.RawMessage) string {
	var p struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}
	if len(raw) == 0 || string(raw) == "null" || string(raw) == "{}" {
		v.Open = false
		s.touchView(v)
		return ""
	}
	if err := strictly(raw, &p); err != nil || p.Action != "errors" || len(p.Errors) == 0 {
		return fmt.Sprintf("no answer to a form: %s, %v", raw, err)
	}
	for block, text := range p.Errors {
		inView := slices.ContainsFunc(v.inputs(), func(in input) bool { return in.Block == block })
		if !inView || text == "" || size(text) > 2000 {
			return fmt.Sprintf("an error of %d characters at %q", size(text), block)
		}
	}
	v.Errors = p.Errors
	s.touchView(v)
	return ""
}

// Choose fills in a field of a form, without sending the form. The app gets a Delivery if the
// field has dispatch_action; otherwise there is none.
func (s *Server) Choose(v View, block string, values ...string) *Delivery {
	s.t.Helper()
	d := &Delivery{s: s, kind: interactive, User: v.User, TriggerID: trigger()}
	var trouble error
	told := false
	s.host.Change(func() {
		i := slices.IndexFunc(s.views.all, func(other *View) bool { return other.ID == v.ID })
		if i < 0 {
			trouble = fmt.Errorf("there is no view %q", v.ID)
			return
		}
		now := s.views.all[i]
		in := slices.IndexFunc(now.inputs(), func(in input) bool { return in.Block == block })
		if in < 0 {
			trouble = fmt.Errorf("the form has no field %q", block)
			return
		}
		field := now.inputs()[in]
		if trouble = field.Element.takes(values); trouble != nil {
			return
		}
		filled := field.Element.filled(values...)
		now.State = maps.Clone(now.State)
		now.State[block] = map[string]any{field.Element.ActionID: filled}
		if told = field.Dispatch; !told {
			return
		}
		s.views.begin(d.TriggerID, d.User)
		action := map[string]any{"block_id": block, "action_id": field.Element.ActionID, "action_ts": s.actionTime()}
		for name, value := range filled {
			action[name] = value
		}
		p := s.interaction(d, "block_actions")
		p["container"], p["actions"], p["view"] = map[string]any{"type": "view", "view_id": now.ID}, []any{action}, s.wireView(now)
		d.payload = encode(p)
	})
	if trouble != nil {
		s.t.Errorf("fakeslack: %v", trouble)
	}
	if !told {
		return nil
	}
	s.deliver(d)
	return d
}

// Options asks the app for the options of a field that has them from outside, as somebody types
// in it. As in some of Slack's payloads, what else is filled in is not told.
func (s *Server) Options(ctx context.Context, v View, block, typed string) ([]string, error) {
	d := &Delivery{s: s, kind: interactive, accepts: true, options: true, User: v.User}
	s.host.Change(func() {
		i := slices.IndexFunc(s.views.all, func(other *View) bool { return other.ID == v.ID })
		w := map[string]any{}
		if i >= 0 {
			w = s.wireView(s.views.all[i])
			w["state"] = map[string]any{"values": map[string]any{}}
		}
		p := s.interaction(d, "block_suggestion")
		delete(p, "trigger_id")
		p["container"], p["view"] = map[string]any{"type": "view", "view_id": v.ID}, w
		p["block_id"], p["action_id"], p["value"] = block, block, typed
		d.payload = encode(p)
	})
	s.deliver(d)
	a, err := d.Wait(ctx)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Options []option `json:"options"`
	}
	if err := strictly(a.Payload, &answer); err != nil || answer.Options == nil || len(answer.Options) > 100 {
		return nil, fmt.Errorf("fakeslack: no options: %s, %v, %d of them", a.Payload, err, len(answer.Options))
	}
	var values []string
	for _, o := range answer.Options {
		if err := o.check(); err != nil {
			return nil, fmt.Errorf("fakeslack: %w", err)
		}
		values = append(values, o.Value)
	}
	return values, nil
}

// interaction begins the payload of an interaction. The state is locked.
func (s *Server) interaction(d *Delivery, kind string) map[string]any {
	u := s.meet(d.User)
	p := map[string]any{
		"type": kind, "token": "deprecated", "api_app_id": s.config.AppID, "trigger_id": d.TriggerID,
		"user":       map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.Team},
		"team":       map[string]any{"id": s.config.Team, "domain": "fake"},
		"enterprise": nil, "is_enterprise_install": false,
	}
	if s.config.Enterprise != "" {
		p["enterprise"] = map[string]any{"id": s.config.Enterprise, "name": "Fake"}
	}
	return p
}

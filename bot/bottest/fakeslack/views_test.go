package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// form is a view as an app opens one, with its inputs.
func form(inputs ...string) string {
	return `{"type":"modal","callback_id":"c","title":{"type":"plain_text","text":"Title"},"submit":{"type":"plain_text","text":"Send"},"blocks":[` + strings.Join(inputs, ",") + `]}`
}

func textInput(element string) string {
	return `{"type":"input","block_id":"a","label":{"type":"plain_text","text":"Label"},"element":{"action_id":"a",` + element + `}}`
}

// TestViews: what Slack refuses of a view.
func TestViews(t *testing.T) {
	options := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"text":{"type":"plain_text","text":"o"},"value":"%d"}`, i))
		}
		return strings.Join(all, ",")
	}
	for _, tt := range []struct{ name, view, wrong string }{
		{"a text", form(textInput(`"type":"plain_text_input"`)), ""},
		{"a hundred options", form(textInput(`"type":"static_select","options":[` + options(100) + `]`)), ""},
		{"more options", form(textInput(`"type":"static_select","options":[` + options(101) + `]`)), "101 options"},
		{"no options", form(textInput(`"type":"multi_static_select","options":[]`)), "0 options"},
		{"options of its own and from outside", form(textInput(`"type":"external_select","options":[` + options(1) + `]`)), "invalid additional property: options"},
		{"an initial option that is not offered", form(textInput(`"type":"static_select","options":[` + options(1) + `],"initial_option":{"text":{"type":"plain_text","text":"o"},"value":"9"}`)), "none of the options"},
		{"a long value", form(textInput(`"type":"static_select","options":[{"text":{"type":"plain_text","text":"o"},"value":"` + strings.Repeat("v", 151) + `"}]`)), "151 characters"},
		{"a long option", form(textInput(`"type":"static_select","options":[{"text":{"type":"plain_text","text":"` + strings.Repeat("o", 76) + `"},"value":"v"}]`)), "76 characters"},
		{"a long text", form(textInput(`"type":"plain_text_input","max_length":3001`)), "a length of"},
		{"a kind that is not known", form(textInput(`"type":"wheel"`)), "unsupported element"},
		{"two blocks of one name", form(textInput(`"type":"plain_text_input"`), textInput(`"type":"plain_text_input"`)), "is there twice"},
		{"too many blocks", form(strings.Split(strings.Repeat(`{"type":"divider"} `, 101), " ")[:101]...), "101 blocks"},
		{"a long title", strings.Replace(form(), "Title", strings.Repeat("t", 25), 1), "title has 25"},
		{"long metadata", strings.Replace(form(), `"callback_id":"c"`, `"private_metadata":"`+strings.Repeat("m", 3001)+`"`, 1), "private_metadata has 3001"},
		{"inputs without a submit", strings.Replace(form(textInput(`"type":"plain_text_input"`)), `"submit":{"type":"plain_text","text":"Send"},`, "", 1), "needs a submit"},
		{"a field that Slack does not know", strings.Replace(form(), `"callback_id"`, `"callback"`, 1), "invalid additional property"},
		{"a message's block", form(`{"type":"input","label":{"type":"plain_text","text":"l"}}`), "unsupported element"},
		{"no view", `[]`, "invalid_arguments"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if wrong := CheckView([]byte(tt.view)); (wrong == "") != (tt.wrong == "") || !strings.Contains(wrong, tt.wrong) {
				t.Errorf("%q in %.300s", wrong, tt.view)
			}
		})
	}
}

// TestTriggers: a trigger opens one view, for the person who caused it, within three seconds.
func TestTriggers(t *testing.T) {
	s := New(t, Config{})
	open := func(trigger string) string {
		var a answer
		s.host.Change(func() { a = s.openView(url.Values{"trigger_id": {trigger}, "view": {form()}}) })
		return a.code()
	}
	d := s.Shortcut("UALICE", "liveadmin_add")
	if got := open("1.2.x"); got != "invalid_trigger_id" {
		t.Errorf("a trigger of nobody is answered %q", got)
	}
	if got := open(d.TriggerID); got != "" {
		t.Errorf("answered %q", got)
	}
	if got := open(d.TriggerID); got != "exchanged_trigger_id" {
		t.Errorf("the second time is answered %q", got)
	}
	late := s.Shortcut("UALICE", "liveadmin_add")
	s.host.Change(func() {
		o := s.views.triggers[late.TriggerID]
		o.since = o.since.Add(-triggerAge)
	})
	if got := open(late.TriggerID); got != "expired_trigger_id" {
		t.Errorf("too late is answered %q", got)
	}
	if all := s.Views("UALICE"); len(all) != 1 || all[0].Callback != "c" || all[0].Title != "Title" {
		t.Errorf("alice sees %+v", all)
	}
}

// TestFormAnswers: what an app can answer to a form.
func TestFormAnswers(t *testing.T) {
	for _, tt := range []struct{ answer, refused string }{
		{"", ""}, {"null", ""}, {"{}", ""},
		{`{"response_action":"errors","errors":{"a":"wrong"}}`, ""},
		{`{"response_action":"errors","errors":{"b":"wrong"}}`, "an error"},
		{`{"response_action":"errors","errors":{"a":""}}`, "an error"},
		{`{"response_action":"errors","errors":{}}`, "no answer"},
		{`{"text":"hello"}`, "no answer"},
	} {
		s := New(t, Config{})
		v := &View{ID: "V1", Open: true}
		var raw map[string]any
		if err := json.Unmarshal([]byte(form(textInput(`"type":"plain_text_input"`))), &raw); err != nil {
			t.Fatal(err)
		}
		v.become(raw, nil)
		got := ""
		s.host.Change(func() { got = s.settleForm(v, []byte(tt.answer)) })
		if (got == "") != (tt.refused == "") || !strings.Contains(got, tt.refused) || v.Open != strings.Contains(tt.answer, ":") {
			t.Errorf("%s: %q, open %v", tt.answer, got, v.Open)
		}
	}
}

package discord_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/discord"
	"liveadmin/commands"
	"liveadmin/commands/grammar"
)

const inThread = `{"id":"1","application_id":"9","token":"s3cret","type":2,"guild_id":"100","channel_id":"300",
	"channel":{"id":"300","type":11,"parent_id":"200"},"app_permissions":"8",
	"member":{"user":{"id":"501","username":"bob"},"roles":["601","602"]},
	"data":{"name":"liveadmin","options":[{"name":"add","type":1,"options":[
		{"name":"group","type":3,"value":"@TGS#a6I4ZUUGO"},{"name":"users","type":3,"value":"user1, user2"},
		{"name":"for","type":3,"value":"2h"},{"name":"dry_run","type":5,"value":true},{"name":"new","type":5,"value":false}]}]}}`

func TestHear(t *testing.T) {
	alice := commands.Caller{Ref: "discord:user:501"}
	for _, tc := range []struct {
		name, payload string
		want          bot.Delivery
	}{
		{"a command in a thread", inThread, bot.Delivery{
			Key:    "discord:9:1",
			Caller: commands.Caller{Ref: "discord:user:501", Memberships: []string{"discord:role:601", "discord:role:602"}},
			Place:  commands.Place{Platform: "discord", Channel: "discord:200", Thread: "300"},
			Fields: &grammar.Fields{Verb: "add", Options: []grammar.Option{
				{Name: "group", Text: "@TGS#a6I4ZUUGO"}, {Name: "users", Text: "user1, user2"}, {Name: "for", Text: "2h"}, {Name: "dry_run", Text: "True"},
			}},
		}},
		{
			"in a direct message there is no member",
			`{"id":"1","application_id":"9","token":"s3cret","type":2,"channel_id":"300","channel":{"id":"300","type":1},
				"user":{"id":"501"},"data":{"name":"liveadmin","options":[{"name":"whoami","type":1}]}}`,
			bot.Delivery{
				Key: "discord:9:1", Caller: alice, Place: commands.Place{Platform: "discord", Channel: "discord:300", Direct: true},
				Fields: &grammar.Fields{Verb: "whoami"},
			},
		},
		{
			"values of other kinds than were registered",
			`{"id":"1","application_id":"9","token":"s3cret","type":2,"channel_id":"300","user":{"id":"501"},
				"data":{"name":"liveadmin","options":[{"name":"history","options":[{"name":"about","value":42},{"name":"since","value":null},{"name":"x","value":"y"}]}]}}`,
			bot.Delivery{
				Key: "discord:9:1", Caller: alice, Place: commands.Place{Platform: "discord", Channel: "discord:300", Direct: true},
				Fields: &grammar.Fields{Verb: "history", Options: []grammar.Option{{Name: "about", Text: "42"}}},
			},
		},
		{
			"no subcommand",
			`{"id":"1","application_id":"9","token":"s3cret","type":2,"channel_id":"300","user":{"id":"501"},"data":{"name":"liveadmin"}}`,
			bot.Delivery{
				Key: "discord:9:1", Caller: alice, Place: commands.Place{Platform: "discord", Channel: "discord:300", Direct: true},
				Fields: &grammar.Fields{},
			},
		},
		{
			"a click",
			`{"id":"1","application_id":"9","token":"s3cret","type":3,"channel_id":"300","user":{"id":"501"},"data":{"custom_id":"liveadmin:undo:42:0"}}`,
			bot.Delivery{
				Key: "discord:9:1", Caller: alice, Place: commands.Place{Platform: "discord", Channel: "discord:300", Direct: true},
				Click: &bot.Click{Action: "undo", Entry: 42},
			},
		},
		{
			"a click with a number that is none",
			`{"id":"1","application_id":"9","token":"s3cret","type":3,"channel_id":"300","user":{"id":"501"},"data":{"custom_id":"liveadmin:undo:-1"}}`,
			bot.Delivery{
				Key: "discord:9:1", Caller: alice, Place: commands.Place{Platform: "discord", Channel: "discord:300", Direct: true},
				Click: &bot.Click{Action: "undo"},
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := discord.Hear([]byte(tc.payload))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got.Reply, `"token":"s3cret"`) {
				t.Errorf("the handle is %q", got.Reply)
			}
			got.Reply = ""
			if got.Alone != !strings.Contains(tc.payload, `"guild_id"`) {
				t.Errorf("alone is %v", got.Alone)
			}
			got.Alone, got.Listed = false, 0
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("heard %+v %+v, want %+v %+v", got, got.Fields, tc.want, tc.want.Fields)
			}
		})
	}
}

func TestNotHeard(t *testing.T) {
	for name, edit := range map[string]func(map[string]any){
		"no ID":                        func(p map[string]any) { delete(p, "id") },
		"an ID that leads elsewhere":   func(p map[string]any) { p["id"] = "1/../2" },
		"no application":               func(p map[string]any) { p["application_id"] = "" },
		"no channel":                   func(p map[string]any) { delete(p, "channel_id") },
		"no token":                     func(p map[string]any) { delete(p, "token") },
		"nobody":                       func(p map[string]any) { delete(p, "member") },
		"a name in place of an ID":     func(p map[string]any) { p["member"] = map[string]any{"user": map[string]any{"id": "bob"}} },
		"another command":              func(p map[string]any) { p["data"] = map[string]any{"name": "other"} },
		"another program's button":     func(p map[string]any) { p["type"], p["data"] = 3, map[string]any{"custom_id": "other:1"} },
		"a ping":                       func(p map[string]any) { p["type"] = 1 },
		"a form":                       func(p map[string]any) { p["type"] = 5 },
		"a list in place of an object": func(p map[string]any) { p["data"] = []int{1} },
	} {
		t.Run(name, func(t *testing.T) {
			var p map[string]any
			if err := json.Unmarshal([]byte(inThread), &p); err != nil {
				t.Fatal(err)
			}
			edit(p)
			payload, _ := json.Marshal(p)
			if d, err := discord.Hear(payload); err == nil || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("heard %+v, %v", d, err)
			}
		})
	}
}

// FuzzHear: whatever a payload holds, it is heard or refused, and its caller is distinguished
// by an ID.
func FuzzHear(f *testing.F) {
	f.Add([]byte(inThread))
	f.Add([]byte(`{"id":"1","application_id":"9","token":"t","type":3,"channel_id":"3","user":{"id":"5"},"data":{"custom_id":"liveadmin:"}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		d, err := discord.Hear(payload)
		if err != nil {
			return
		}
		id, ok := strings.CutPrefix(d.Caller.Ref, "discord:user:")
		if !ok || id == "" || strings.Trim(id, "0123456789") != "" || (d.Fields == nil) == (d.Click == nil) {
			t.Errorf("heard %+v", d)
		}
	})
}

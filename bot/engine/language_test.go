package engine_test

import (
	"context"
	"strings"
	"testing"

	"liveadmin/bot"
	"liveadmin/bot/bottest"
	"liveadmin/commands"
	"liveadmin/imapi/simulator"
)

// polyglot is a chat that has to look up which language people read.
type polyglot struct {
	*bottest.Chat
	reads map[string]commands.Language
}

func (p *polyglot) Language(_ context.Context, ref string) commands.Language {
	return p.reads[ref]
}

// TestReadersLanguage: what is posted for everyone is in the language of the channel; what
// one person sees alone is in that person's, or in the channel's if it is not known.
func TestReadersLanguage(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	p := &polyglot{Chat: chat, reads: map[string]commands.Language{bottest.Ref("bob"): "ja"}}
	rules := stage.Rules.Get()
	rules.Language, rules.Languages = "ko", map[string]commands.Language{"chat:elsewhere": "id"}
	stage.Rules.Set(rules)
	stage.Run(t, p)
	say := func(who, text, channel string, own commands.Language) string {
		t.Helper()
		var answer bot.Answer
		err := door(t, chat).Receive(soon(t), bot.Delivery{
			Key: who + text + channel + string(own), Text: text, Caller: commands.Caller{Ref: bottest.Ref(who), Language: own},
			Place: commands.Place{Platform: bottest.Platform, Channel: "chat:" + channel},
		}, func(_ context.Context, a bot.Answer) (bot.Post, error) {
			answer = a
			return "", nil
		})
		check(t, err)
		if answer.Private != nil {
			return answer.Private.String()
		}
		result, err := chat.Result(soon(t), answer.Entry)
		check(t, err)
		return chat.Root(answer.Entry) + result
	}
	for _, tt := range []struct {
		who, text, channel string
		own                commands.Language
		want               string
	}{
		{"alice", "list " + groupA, "channel", "", "완료"},
		{"alice", "list " + groupA, "channel", "ja", "완료"}, // for everyone
		{"alice", "list " + groupA, "elsewhere", "", "Selesai"},
		{"alice", "whoami", "channel", "", "허용 목록"},
		{"alice", "whoami", "elsewhere", "", "daftar izin"},
		{"alice", "whoami", "channel", "zh-Hant", "允許清單"},
		{"bob", "whoami", "channel", "", "許可リスト"},
		{"bob", "ad", "channel", "", "コマンドはありません"},
	} {
		if got := say(tt.who, tt.text, tt.channel, tt.own); !strings.Contains(got, tt.want) {
			t.Errorf("%s, %s, in %s, reads %q: no %q in\n%s", tt.who, tt.text, tt.channel, tt.own, tt.want, got)
		}
	}
}

// TestLanguageStays: an entry keeps its language through its edits, a change of the
// settings and a restart.
func TestLanguageStays(t *testing.T) {
	t.Parallel()
	stage, chat := open(t)
	in := func(l commands.Language) {
		rules := stage.Rules.Get()
		rules.Language = l
		stage.Rules.Set(rules)
	}
	in("ko")
	t.Run("before the restart", func(t *testing.T) {
		stage.Run(t, chat)
		check(t, stage.API.Inject(simulator.Fault{Kind: simulator.Hang, Group: string(groupA), Times: -1}))
		check(t, second(chat.Deliver(soon(t), "k", "alice", "add "+groupA+" user1")))
	})
	in("ja")
	stage.Restart(t)
	stage.API.ClearFaults()
	stage.Run(t, chat)
	result, err := chat.Result(soon(t), 1)
	if said := chat.Root(1) + result; err != nil || !strings.Contains(said, "완료") || !strings.Contains(said, "추가됨") {
		t.Errorf("the entry says %s, %v", said, err)
	}
	if said, err := chat.Say(soon(t), "alice", "list "+groupA); err != nil || !strings.Contains(said, "完了") {
		t.Errorf("the next one says %s, %v", said, err)
	}
}

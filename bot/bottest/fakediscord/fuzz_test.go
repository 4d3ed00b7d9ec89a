package fakediscord

import (
	"encoding/json"
	"testing"
)

func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"content":"<@501> @everyone","allowed_mentions":{"parse":null},"nonce":17,"enforce_nonce":true}`,
		`{"embeds":[{"title":"x","fields":[{"name":"n","value":"v"}],"footer":{"text":"f"}}]}`,
		`{"content":"x","components":[{"type":1,"components":[{"type":2,"style":1,"label":"x","custom_id":"x"}]}]}`,
		`{"name":"x","description":"x","options":[{"type":1,"name":"a","description":"x","options":null}]}`,
		`{"type":4,"data":{"content":"x"}}`, `{"type":8,"data":{"choices":[null]}}`,
		`{"op":2,"d":{"token":"Bot x","intents":0}}`, `null`, `[]`, `{`,
	} {
		f.Add([]byte(seed))
	}
	s := New(f, Config{})
	s.AddChannel(Channel{ID: "1", Type: DM, User: "2"})
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, refused := parseDraft(raw, asBotUser)
		if !refused.refused() {
			if size(d.content) > maxContent || len(d.embeds) > maxEmbeds || len(d.rows) > maxRows || size(d.nonce) > maxNonce {
				t.Errorf("%s is taken", raw)
			}
			s.Plain(Message{Content: d.content, Embeds: d.embeds, Components: d.rows})
		}
		if c, refused := parseCommand(raw); !refused.refused() && weight(c.Name, c.DescriptionLocalizations.longest(c.Description), nil, c.Options) > maxWholeCommand {
			t.Errorf("%s is taken", raw)
		}
		i := &Interaction{s: s, kind: commandType, User: "2", Channel: "1"}
		s.host.Change(func() {
			r := s.world.rooms["1"]
			r.messages, s.world.ephemerals = nil, nil
			s.begin(i, r, nil, nil)
			refused = s.callback(i, raw)
		})
		if _, there := i.Original(); there && refused.refused() {
			t.Errorf("%s is there and is refused", raw)
		}
		if !json.Valid(encode(refused.body)) {
			t.Errorf("%s gets no JSON", raw)
		}
		c := &conn{wake: make(chan struct{}, 1)}
		s.receive(c, raw)
	})
}

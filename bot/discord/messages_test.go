package discord

import "strings"

// BadMessages are texts of which Discord sends none. Many make discordgo panic, in goroutines
// that no recover can reach, or wait for itself for ever.
var BadMessages = []string{
	`null`,
	`{"op":0,"t":"GUILD_CREATE","s":90,"d":null}`,
	`{"op":0,"t":"GUILD_UPDATE","s":91,"d":null}`,
	`{"op":0,"t":"VOICE_STATE_UPDATE","s":92,"d":null}`,
	`{"op":0,"t":"VOICE_SERVER_UPDATE","s":93,"d":null}`,
	`{"op":0,"t":"READY","s":94,"d":null}`,
	`{"op":0,"t":"READY","s":95,"d":{"guilds":[null]}}`,
	`{"op":0,"t":"READY","s":96,"d":{"session_id":7}}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":97,"d":null}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":98,"d":"text"}`,
	`{"op":0,"t":"MESSAGE_CREATE","s":99}`,
	`{"op":0,"t":"","s":100,"d":{}}`,
	`{"op":0,"t":7,"s":101,"d":{}}`,
	`{"op":0,"t":"GUILD_CREATE","s":"102","d":{}}`,
	`{"op":0,"t":"GUILD_CREATE","s":-1,"d":{}}`,
	`{"op":0,"t":"GUILD_CREATE","s":1e99,"d":{}}`,
	`{"op":0}`,
	`{"op":null}`,
	`{"op":"0"}`,
	`{"op":99,"d":{}}`,
	`{"op":-1}`,
	`{"op":2,"d":{}}`,
	`{"op":10,"d":{"heartbeat_interval":1000}}`, // a second one
	`{"op":10,"d":{"heartbeat_interval":0}}`,
	`{"d":{}}`,
	`{}`,
	`[]`,
	`[{"op":11}]`,
	`"op"`,
	`7`,
	`true`,
	`{"op":11} {"op":11}`,
	`{"op":`,
	`garbage`,
	"\x00\xff",
	``,
	strings.Repeat(`{"d":`, 50_000) + strings.Repeat(`}`, 50_000),
	strings.Repeat(`[`, 100_000),
}

// OddMessages are good enough: they are not counted, and do no harm.
var OddMessages = []string{
	`{"op":0,"t":"GUILD_CREATE","s":103,"d":{}}`,
	`{"op":0,"t":"GUILD_CREATE","s":104,"d":{"id":7,"channels":[null],"members":[null],"voice_states":[null]}}`,
	`{"op":0,"t":"VOICE_STATE_UPDATE","s":105,"d":{"channel_id":"1","guild_id":"1"}}`,
	`{"op":0,"t":"VOICE_SERVER_UPDATE","s":106,"d":{"guild_id":"1"}}`,
	`{"op":0,"t":"PRESENCES_REPLACE","s":107,"d":[]}`,
	`{"op":0,"t":"NEVER_HEARD_OF","s":108,"d":{}}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":109,"d":{}}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":110,"d":{"type":2,"data":null,"member":null,"user":null}}`,
	`{"op":0,"t":"INTERACTION_CREATE","s":111,"d":{"type":"two"}}`,
	`{"op":0,"t":"RESUMED","s":112,"d":null}`,
	`{"op":1,"d":null}`,
	`{"op":1}`,
	`{"op":11,"d":[]}`,
	`{"op":11}`,
}

package grammar

import "testing"

func TestReadToken(t *testing.T) {
	for _, tt := range []struct {
		name, text, meant string
		kind              mentionKind
		id, word          string
		size              int
	}{
		{"a person", "<@U024BE7LH> x", "@U024BE7LH", personMention, "U024BE7LH", "<@U024BE7LH>", 12},
		{"a person with a name", "<@U1|alice>", "@alice", personMention, "U1", "@alice", 11},
		{"a name with an entity", "<@U1|a&amp;b>", "@a&b", personMention, "U1", "@a&b", 13},
		{"a person in Discord", "<@!16>", "@16", personMention, "16", "<@!16>", 6},
		{"a role", "<@&16>", "@16", personMention, "16", "<@&16>", 6},
		{"a user group", "<!subteam^S12|@mods>", "@mods", personMention, "S12", "@mods", 20},
		{"a user group without a name", "<!subteam^S12>", "@S12", personMention, "S12", "<!subteam^S12>", 14},
		{"everybody", "<!here>", "@here", personMention, "", "@here", 7},
		{"a date", "<!date^1^{date}|today>", "@today", personMention, "", "@today", 22},
		{"a channel", "<#C1|general>", "#general", channelMention, "C1", "#general", 13},
		{"a private channel", "<#C1|>", "#C1", channelMention, "C1", "<#C1|>", 6},
		{"an address", "<mailto:a@b.c|a@b.c>", "a@b.c", noMention, "", "", 20},
		{"an address without a label", "<mailto:a@b.c>", "a@b.c", noMention, "", "", 14},
		{"a link", "<https://x.y>", "https://x.y", noMention, "", "", 13},
		{"a telephone number", "<tel:123|123>", "123", noMention, "", "", 13},
		{"not at the start", "x<@U1>", "", noMention, "", "", 0},
		{"without an end", "<@U1", "", noMention, "", "", 0},
		{"an end on the next line", "<@U1\n>", "", noMention, "", "", 0},
		{"one in another", "<@U<@U1>", "", noMention, "", "", 0},
		{"without an ID", "<@>", "", noMention, "", "", 0},
		{"only a label", "<|x>", "", noMention, "", "", 0},
		{"nothing", "<>", "", noMention, "", "", 0},
		{"an ID with a space", "<@U 1>", "", noMention, "", "", 0},
		{"an ID in another script", "<@台>", "", noMention, "", "", 0},
		{"an emoji of Discord", "<:smile:1>", "", noMention, "", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			meant, m, size := readToken(tt.text)
			if meant != tt.meant || m.kind != tt.kind || m.id != tt.id || size != tt.size {
				t.Errorf("readToken(%q) = %q, %+v, %d; want %q, kind %d, ID %q, %d", tt.text, meant, m, size, tt.meant, tt.kind, tt.id, tt.size)
			}
			if m.kind != noMention && m.word() != tt.word {
				t.Errorf("quoted as %q, want %q", m.word(), tt.word)
			}
		})
	}
}

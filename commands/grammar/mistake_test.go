package grammar

import (
	"strings"
	"testing"
	"unicode"

	"liveadmin/commands"
)

func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       Mistake // without Typed
	}{
		{"a near verb", "ad friday-show u1", Mistake{Problem: UnknownVerb, Verb: commands.Add, Word: "ad", Nearest: "add"}},
		{"two letters swapped", "lsit friday-show", Mistake{Problem: UnknownVerb, Verb: commands.List, Word: "lsit", Nearest: "list"}},
		{"a near synonym", "promot friday-show u1", Mistake{Problem: UnknownVerb, Verb: commands.Add, Word: "promot", Nearest: "add"}},
		{"the beginning of a verb", "hist", Mistake{Problem: UnknownVerb, Verb: commands.History, Word: "hist", Nearest: "history"}},
		{"more than a verb", "adduser friday-show u1", Mistake{Problem: UnknownVerb, Verb: commands.Add, Word: "adduser", Nearest: "add"}},
		{"a verb as a flag", "--list", Mistake{Problem: UnknownVerb, Verb: commands.List, Word: "--list", Nearest: "list"}},
		{"a verb that is not near", "frobnicate", Mistake{Problem: UnknownVerb, Word: "frobnicate"}},
		{"undo", "undo 42", Mistake{Problem: VerbUndo, Verb: commands.History, Word: "undo"}},
		{"help on undo", "help Undo", Mistake{Problem: VerbUndo, Verb: commands.History, Word: "Undo"}},
		{"status", "STATUS friday-show", Mistake{Problem: VerbStatus, Verb: commands.List, Word: "STATUS"}},
		{"admins", "admins", Mistake{Problem: VerbStatus, Verb: commands.List, Word: "admins"}},
		{"ban", "ban friday-show u1", Mistake{Problem: VerbForeign, Word: "ban"}},
		{"kick", "kick friday-show u1", Mistake{Problem: VerbForeign, Word: "kick"}},
		{"mute", "mute friday-show u1", Mistake{Problem: VerbForeign, Word: "mute"}},
		{"a verb that only clicks make", "extend 42", Mistake{Problem: UnknownVerb, Word: "extend"}},
		{"a mention for a verb", "<@U1|bob> x", Mistake{Problem: UnknownVerb, Word: "@bob"}},
		{"zero-width inside a verb", "a\u200bdd friday-show u1", Mistake{Problem: InvisibleChar, Word: "a\u200bdd", Char: '\u200b'}},
		{"help on no verb", "help remov", Mistake{Problem: UnknownVerb, Verb: commands.Remove, Word: "remov", Nearest: "remove"}},

		{"no group", "add", Mistake{Problem: GroupMissing, Verb: commands.Add}},
		{"no group for list", "list", Mistake{Problem: GroupMissing, Verb: commands.List}},
		{"no users", "remove friday-show", Mistake{Problem: UsersMissing, Verb: commands.Remove}},
		{"a group glued to its users", "add friday-show,u1", Mistake{Problem: UsersMissing, Verb: commands.Add}},
		{"the group swallowed by a reason", "add --reason shift change friday-show u1", Mistake{Problem: GroupMissing, Verb: commands.Add}},
		{"the users swallowed by --replace", "add friday-show --replace u1 u2", Mistake{Problem: UsersMissing, Verb: commands.Add}},
		{"an alias with a slip", "add friday-shw u1", Mistake{Problem: NearAlias, Verb: commands.Add, Word: "friday-shw", Nearest: "friday-show"}},
		{"an alias with a long dash", "add friday–show u1", Mistake{Problem: NearAlias, Verb: commands.Add, Word: "friday–show", Nearest: "friday-show"}},
		{"a short alias with a slip", "list shw", Mistake{Problem: NearAlias, Verb: commands.List, Word: "shw", Nearest: "show"}},
		{"an empty group", `add "" u1`, Mistake{Problem: GroupEmpty, Verb: commands.Add}},
		{"a group of 49 bytes", "add " + strings.Repeat("g", 49) + " u1",
			Mistake{Problem: GroupTooLong, Verb: commands.Add, Word: strings.Repeat("g", 49), Count: 49, Limit: 48}},
		{"a group in letters of two bytes", "add grüppe u1", Mistake{Problem: GroupCharacter, Verb: commands.Add, Word: "grüppe", Char: 'ü'}},
		{"a control character in a group", "add a\x00b u1", Mistake{Problem: GroupCharacter, Verb: commands.Add, Word: "a\x00b", Char: 0}},
		{"bytes that are no text", "add a\xffb u1", Mistake{Problem: GroupCharacter, Verb: commands.Add, Word: "a\ufffdb", Char: '\ufffd'}},
		{"a Community group", "add @TGS#_@TGS#cXYZ u1", Mistake{Problem: GroupCommunity, Verb: commands.Add, Word: "@TGS#_@TGS#cXYZ"}},
		{"a quoted Community group", `add "@TGS#_x" u1`, Mistake{Problem: GroupCommunity, Verb: commands.Add, Word: "@TGS#_x"}},
		{"a channel as text", "add #general u1", Mistake{Problem: ChannelMention, Verb: commands.Add, Word: "#general"}},
		{"a channel", "add <#C024BE91L|general> u1", Mistake{Problem: ChannelMention, Verb: commands.Add, Word: "#general"}},
		{"a channel without a name", "add <#C024BE91L> u1", Mistake{Problem: ChannelMention, Verb: commands.Add, Word: "<#C024BE91L>"}},
		{"a private channel", "add <#C024BE91L|> u1", Mistake{Problem: ChannelMention, Verb: commands.Add, Word: "<#C024BE91L|>"}},
		{"a person for a group", "add <@U024|alice> u1", Mistake{Problem: GroupMention, Verb: commands.Add, Word: "@alice"}},
		{"a person for a group as text", "add @alice u1", Mistake{Problem: GroupMention, Verb: commands.Add, Word: "@alice"}},
		{"half an ID that became a person", "add <@U024|TGS>#a6I4 u1", Mistake{Problem: GroupMention, Verb: commands.Add, Word: "@TGS"}},
		{"an official ID in the wrong case", "add @tgs#a6I4ZUUGO u1",
			Mistake{Problem: GroupMention, Verb: commands.Add, Word: "@tgs#a6I4ZUUGO", Nearest: "@TGS#a6I4ZUUGO"}},
		{"an em dash in a group", "add @TGS#a—b u1", Mistake{Problem: AmbiguousDash, Verb: commands.Add, Word: "@TGS#a—b", Char: '—'}},
		{"zero-width inside a group", "add @TGS#a6I4\u200bZUUGO u1", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "@TGS#a6I4\u200bZUUGO", Char: '\u200b'}},
		{"a soft hyphen in a quoted group", "add \"a\u00adb\" u1", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "a\u00adb", Char: '\u00ad'}},

		{"six users", "add friday-show 1 2 3 4 5 6", Mistake{Problem: TooManyUsers, Verb: commands.Add, Count: 6, Limit: 5}},
		{"six users through a crew", "remove friday-show five minho", Mistake{Problem: TooManyUsers, Verb: commands.Remove, Count: 6, Limit: 5}},
		{"six to replace", "add friday-show u --replace 1 2 3 4 5 6", Mistake{Problem: TooManyUsers, Verb: commands.Add, Word: "--replace", Count: 6, Limit: 5}},
		{"an empty user", `add friday-show u1 ""`, Mistake{Problem: UserEmpty, Verb: commands.Add}},
		{"a user of 33 bytes", "add friday-show " + strings.Repeat("u", 33),
			Mistake{Problem: UserTooLong, Verb: commands.Add, Word: strings.Repeat("u", 33), Count: 33, Limit: 32}},
		{"a user in another script", "add friday-show 台", Mistake{Problem: UserCharacter, Verb: commands.Add, Word: "台", Char: '台'}},
		{"a person", "add friday-show <@U024BE7LH>", Mistake{Problem: PersonMention, Verb: commands.Add, Word: "<@U024BE7LH>"}},
		{"a person with a name", "add friday-show <@U024BE7LH|minho>", Mistake{Problem: PersonMention, Verb: commands.Add, Word: "@minho"}},
		{"a person as text", "add friday-show @yuna", Mistake{Problem: UnknownPerson, Verb: commands.Add, Word: "@yuna"}},
		{"a person in quotes whose name is not known", `add friday-show "<@U024>"`, Mistake{Problem: PersonMention, Verb: commands.Add, Word: "<@U024>"}},
		{"a person in Discord", "add friday-show <@!16>", Mistake{Problem: PersonMention, Verb: commands.Add, Word: "<@!16>"}},
		{"a role", "add friday-show <@&16>", Mistake{Problem: CrowdMention, Verb: commands.Add, Word: "<@&16>"}},
		{"a user group", "add friday-show <!subteam^S12|@mods>", Mistake{Problem: CrowdMention, Verb: commands.Add, Word: "@mods"}},
		{"everybody", "add friday-show <!channel>", Mistake{Problem: CrowdMention, Verb: commands.Add, Word: "@channel"}},
		{"a channel for a user", "add friday-show <#C1|general>", Mistake{Problem: ChannelAsUser, Verb: commands.Add, Word: "#general"}},
		{"a person glued to a comma", "add friday-show u1,<@U1|bob>", Mistake{Problem: PersonMention, Verb: commands.Add, Word: "@bob"}},
		{"an en dash in a user", "add friday-show a–b", Mistake{Problem: AmbiguousDash, Verb: commands.Add, Word: "a–b", Char: '–'}},
		{"a direction mark in a user", "add friday-show a\u202eb", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "a\u202eb", Char: '\u202e'}},
		{"a variation selector in a user", "add friday-show a\ufe0fb", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "a\ufe0fb", Char: '\ufe0f'}},
		{"a direction mark before a user", "add friday-show \u202eevil", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "\u202eevil", Char: '\u202e'}},
		{"a direction mark behind a user", "add friday-show evil\u2069 u2", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "evil\u2069", Char: '\u2069'}},
		{"zero-width before a group", "add \u200bfriday-show u1", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "\u200bfriday-show", Char: '\u200b'}},
		{"a word of zero-width characters only", "add friday-show \u200b u1", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "\u200b", Char: '\u200b'}},
		{"a mark behind a verb", "add\u200e friday-show u1", Mistake{Problem: InvisibleChar, Word: "add\u200e", Char: '\u200e'}},
		{"the same user in both lists", "add friday-show minho --replace u_8821", Mistake{Problem: AddAndReplace, Verb: commands.Add, Word: "u_8821"}},
		{"the same crew in both lists", "add friday-show night --replace night", Mistake{Problem: AddAndReplace, Verb: commands.Add, Word: "night"}},

		{"for without hyphens", "add friday-show u1 for 2h", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "for", Nearest: "--for 2h"}},
		{"for in another case, and no time", "add friday-show u1 FOR ever", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "FOR", Nearest: "--for 2h"}},
		{"for at the end", "add friday-show u1, for", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "for", Nearest: "--for 2h"}},
		{"for in backticks", "add friday-show u1 `for` 90m", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "for", Nearest: "--for 90m"}},
		{"for as the first user", "add friday-show for 2h u1", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "for", Nearest: "--for 2h"}},
		{"until a clock time", "add friday-show u1 until 18:00", Mistake{Problem: ClockWord, Verb: commands.Add, Word: "until", Nearest: "--for 2h"}},
		{"until with a length", "add friday-show u1 until 3h", Mistake{Problem: ClockWord, Verb: commands.Add, Word: "until", Nearest: "--for 3h"}},
		{"reason without hyphens", "add friday-show u1 reason shift change --for 2h", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "reason", Nearest: "--reason shift change"}},
		{"replace without hyphens", "add friday-show u1 replace u2 u3", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "replace", Nearest: "--replace u2 u3"}},
		{"new without hyphens", "add friday-show u1 new", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "new", Nearest: "--new"}},
		{"dry-run without hyphens", "remove friday-show u1 dry-run", Mistake{Problem: OptionWord, Verb: commands.Remove, Word: "dry-run", Nearest: "--dry-run"}},
		{"dry_run", "add friday-show u1 dry_run", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "dry_run", Nearest: "--dry-run"}},
		{"an option that the verb does not have", "remove friday-show u1 for 2h", Mistake{Problem: OptionWord, Verb: commands.Remove, Word: "for"}},
		{"an option among those to replace", "add friday-show u1 --replace u2 for 2h", Mistake{Problem: OptionWord, Verb: commands.Add, Word: "for", Nearest: "--for 2h"}},
		{"since without hyphens", "history friday-show since 2d", Mistake{Problem: OptionWord, Verb: commands.History, Word: "since", Nearest: "--since 2d"}},
		{"for after list", "list friday-show for", Mistake{Problem: TooManyWords, Verb: commands.List, Word: "for"}},
		{"a value that is long", "add friday-show u1 reason " + strings.Repeat("é", 100), Mistake{Problem: OptionWord, Verb: commands.Add, Word: "reason", Nearest: "--reason " + strings.Repeat("é", 60) + "…"}},

		{"the order swapped", "add u1 friday-show", Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "friday-show", Nearest: "add friday-show u1"}},
		{"the order swapped, several users", "remove u1 u2,minho Friday-Show", Mistake{Problem: GroupAsUser, Verb: commands.Remove, Word: "Friday-Show", Nearest: "remove Friday-Show u1 u2 minho"}},
		{"the order swapped, with an ID", "add u1 @TGS#aX", Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "@TGS#aX", Nearest: "add @TGS#aX u1"}},
		{"two aliases", "add weekend friday-show minho", Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "friday-show"}},
		{"an ID for a user", "add friday-show @tgs#aX u1", Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "@tgs#aX"}},
		{"two IDs", "add @TGS#aX @TGS#aY", Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "@TGS#aY"}},
		{"an alias among those to replace", "add friday-show u1 --replace weekend", Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "weekend"}},
		{"a group that is too long for a user", "add " + strings.Repeat("g", 40) + " friday-show", Mistake{Problem: GroupAsUser, Verb: commands.Add, Word: "friday-show"}},

		{"an unknown flag", "add friday-show u1 --fro 2h", Mistake{Problem: UnknownFlag, Verb: commands.Add, Word: "--fro", Nearest: "--for"}},
		{"a flag with one hyphen", "add friday-show u1 -for 2h", Mistake{Problem: UnknownFlag, Verb: commands.Add, Word: "-for", Nearest: "--for"}},
		{"a flag with an underscore", "add friday-show u1 --dry_run", Mistake{Problem: UnknownFlag, Verb: commands.Add, Word: "--dry_run", Nearest: "--dry-run"}},
		{"an end as a flag", "add friday-show u1 --until 18:00", Mistake{Problem: UnknownFlag, Verb: commands.Add, Word: "--until", Nearest: "--for"}},
		{"the beginning of a flag", "add friday-show u1 -n", Mistake{Problem: UnknownFlag, Verb: commands.Add, Word: "-n", Nearest: "--new"}},
		{"a flag that is not near", "add friday-show u1 --frobnicate", Mistake{Problem: UnknownFlag, Verb: commands.Add, Word: "--frobnicate"}},
		{"an ID that begins with a hyphen", "add friday-show -u1", Mistake{Problem: UnknownFlag, Verb: commands.Add, Word: "-u1"}},
		{"a lone dash", "add friday-show - u1", Mistake{Problem: UnknownFlag, Verb: commands.Add, Word: "-"}},
		{"zero-width inside a flag", "add friday-show u1 --f\u200bor 2h", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "--f\u200bor", Char: '\u200b'}},
		{"a flag of add for remove", "remove friday-show u1 --for 2h", Mistake{Problem: FlagElsewhere, Verb: commands.Remove, Word: "--for"}},
		{"a flag of history for list", "list friday-show —since 2h", Mistake{Problem: FlagElsewhere, Verb: commands.List, Word: "—since"}},
		{"a flag for groups", "groups --new", Mistake{Problem: FlagElsewhere, Verb: commands.Groups, Word: "--new"}},
		{"a flag twice", "add friday-show u1 --for 2h --FOR=3h", Mistake{Problem: FlagTwice, Verb: commands.Add, Word: "--FOR"}},
		{"a switch twice", "add friday-show u1 --new --new", Mistake{Problem: FlagTwice, Verb: commands.Add, Word: "--new"}},
		{"no time", "add friday-show u1 --for", Mistake{Problem: FlagValue, Verb: commands.Add, Word: "--for"}},
		{"a flag for a time", "add friday-show u1 --for --new", Mistake{Problem: FlagValue, Verb: commands.Add, Word: "--for"}},
		{"nothing after =", "add friday-show u1 --for=", Mistake{Problem: FlagValue, Verb: commands.Add, Word: "--for"}},
		{"an empty time", `add friday-show u1 --for ""`, Mistake{Problem: FlagValue, Verb: commands.Add, Word: "--for"}},
		{"nobody to replace", "add friday-show u1 --replace --new", Mistake{Problem: FlagValue, Verb: commands.Add, Word: "--replace"}},
		{"no reason", "add friday-show u1 --reason --new", Mistake{Problem: FlagValue, Verb: commands.Add, Word: "--reason"}},
		{"an empty reason", "add friday-show u1 --reason \" \u200b\"", Mistake{Problem: FlagValue, Verb: commands.Add, Word: "--reason"}},
		{"a switch with a value", "add friday-show u1 --new=yes", Mistake{Problem: FlagNoValue, Verb: commands.Add, Word: "--new"}},

		{"no time at all", "add friday-show u1 --for soon", Mistake{Problem: BadDuration, Verb: commands.Add, Word: "soon"}},
		{"a time with a space", "add friday-show u1 --for 2h 30m", Mistake{Problem: BadDuration, Verb: commands.Add, Word: "2h 30m"}},
		{"weeks that are too long", "add friday-show u1 --for 5w", Mistake{Problem: DurationRange, Verb: commands.Add, Word: "5w"}},
		{"a time with a mark in it", "add friday-show u1 --for \u20662h", Mistake{Problem: InvisibleChar, Verb: commands.Add, Word: "\u20662h", Char: '\u2066'}},
		{"no time of history", "history --since yesterday", Mistake{Problem: BadDuration, Verb: commands.History, Word: "yesterday"}},
		{"nothing of history", "history --since 0s", Mistake{Problem: BadDuration, Verb: commands.History, Word: "0s"}},
		{"no second", "add friday-show u1 --for 0s", Mistake{Problem: DurationRange, Verb: commands.Add, Word: "0s"}},
		{"a second too long", "add friday-show u1 --for 30d1s", Mistake{Problem: DurationRange, Verb: commands.Add, Word: "30d1s"}},
		{"longer than can be counted", "add friday-show u1 --for 99999999999999999999d", Mistake{Problem: BadDuration, Verb: commands.Add, Word: "99999999999999999999d"}},

		{"a reason of 201 characters", "add friday-show u1 --reason " + strings.Repeat("é", 201), Mistake{Problem: ReasonTooLong, Verb: commands.Add, Word: "--reason", Count: 201, Limit: 200}},
		{"a control character in a reason", "add friday-show u1 --reason a\x1b[2Jb", Mistake{Problem: ReasonChar, Verb: commands.Add, Word: "--reason", Char: '\x1b'}},
		{"a direction mark in a reason", "add friday-show u1 --reason a\u202eb", Mistake{Problem: ReasonChar, Verb: commands.Add, Word: "--reason", Char: '\u202e'}},

		{"an open quote", `add "my group u1`, Mistake{Problem: OpenQuote, Verb: commands.Add, Word: `"my`}},
		{"an open curly quote", "add friday-show u1 --reason “shift change", Mistake{Problem: OpenQuote, Verb: commands.Add, Word: "“shift"}},
		{"a closing quote that is escaped", `add "my group\" u1`, Mistake{Problem: OpenQuote, Verb: commands.Add, Word: `"my`}},
		{"text after a quote", `add friday-show "abc"def`, Mistake{Problem: QuoteInside, Verb: commands.Add, Word: `"abc"def`}},
		{"text after a single quote", `add friday-show 'a b'c`, Mistake{Problem: QuoteInside, Verb: commands.Add, Word: `'a b'c`}},
		{"text after a quoted reason", `add friday-show u1 --reason "a"b`, Mistake{Problem: QuoteInside, Verb: commands.Add, Word: `"a"b`}},

		{"a word too many for list", "list friday-show u1 u2", Mistake{Problem: TooManyWords, Verb: commands.List, Word: "u1"}},
		{"a word too many for groups", "groups all", Mistake{Problem: TooManyWords, Verb: commands.Groups, Word: "all"}},
		{"a word too many for whoami", "whoami now", Mistake{Problem: TooManyWords, Verb: commands.Whoami, Word: "now"}},
		{"a word too many for help", "help add remove", Mistake{Problem: TooManyWords, Verb: commands.Help, Word: "remove"}},
		{"a word too many for history", "history friday-show minho", Mistake{Problem: TooManyWords, Verb: commands.History, Word: "minho"}},
		{"history of no number", "history #general", Mistake{Problem: BadNumber, Verb: commands.History, Word: "#general"}},
		{"history of nothing", "history #0", Mistake{Problem: BadNumber, Verb: commands.History, Word: "#0"}},
		{"history of a signed number", "history #+5", Mistake{Problem: BadNumber, Verb: commands.History, Word: "#+5"}},
		{"history of too large a number", "history #9223372036854775808", Mistake{Problem: BadNumber, Verb: commands.History, Word: "#9223372036854775808"}},
		{"history of a channel", "history <#C1|general>", Mistake{Problem: ChannelMention, Verb: commands.History, Word: "#general"}},
		{"history of a person as text", "history @yuna", Mistake{Problem: PersonMention, Verb: commands.History, Word: "@yuna"}},
		{"history of everybody", "history <!channel>", Mistake{Problem: PersonMention, Verb: commands.History, Word: "@channel"}},
		{"history of nobody", `history ""`, Mistake{Problem: GroupEmpty, Verb: commands.History}},
		{"too long a text", strings.Repeat("a", 4097), Mistake{Problem: TooLong, Count: 4097, Limit: 4096}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, m := Parse(tt.text, cast(), notSecret)
			if m == nil {
				t.Fatalf("Parse(%q) is understood: %+v", tt.text, c)
			}
			tt.want.Typed = tt.text
			if *m != tt.want {
				t.Errorf("Parse(%q)\n got %+v\nwant %+v", tt.text, *m, tt.want)
			}
		})
	}
}

// TestFormatCharacters: no character of Unicode's category Cf, which no one sees, gets into an ID
// or is dropped from it without a word.
func TestFormatCharacters(t *testing.T) {
	for _, table := range unicode.Cf.R16 {
		for r := rune(table.Lo); r <= rune(table.Hi); r += rune(table.Stride) {
			checkRefused(t, r)
		}
	}
	for _, table := range unicode.Cf.R32 {
		for r := rune(table.Lo); r <= rune(table.Hi); r += rune(table.Stride) {
			checkRefused(t, r)
		}
	}
}

func checkRefused(t *testing.T, r rune) {
	t.Helper()
	c := string(r)
	for _, word := range []string{c + "evil", "ev" + c + "il", "evil" + c} {
		for _, text := range []string{
			"add g " + word, "add g u1, " + word + " u2", `add g "` + word + `"`, "remove " + word + " u1", `list "` + word + `"`,
			"add g u1 --replace " + word, "history " + word,
		} {
			if cmd, m := Parse(text, cast(), notSecret); m == nil || m.Problem != InvisibleChar || m.Char != r {
				t.Errorf("%U: %q is %+v, %+v", r, text, cmd, m)
			}
		}
		if cmd, m := New(filled("add", "group", "g", "users", word), cast(), notSecret); m == nil || m.Problem != InvisibleChar {
			t.Errorf("%U: in a field it is %+v, %+v", r, cmd, m)
		}
	}
}

func TestNothingIsSuggestedToWhoSeesNothing(t *testing.T) {
	c, m := Parse("list friday-shw", cast(), nil)
	if m != nil {
		t.Fatalf("an alias was given away: %+v", *m)
	}
	if want := custom("friday-shw"); c.Target.Groups[0] != want.Groups[0] {
		t.Errorf("got %v, want %v", c.Target, want)
	}
}

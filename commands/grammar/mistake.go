package grammar

import "liveadmin/commands"

// Mistake is why a text is no command, as data; the words file says it. It is
// quoted back to the caller alone.
type Mistake struct {
	Problem Problem       `json:"problem"`
	Verb    commands.Verb `json:"verb,omitempty"`    // of the command, or the nearest to it: chooses the right form to show
	Word    string        `json:"word,omitempty"`    // what was wrong, as typed
	Nearest string        `json:"nearest,omitempty"` // did you mean
	Count   int           `json:"count,omitempty"`   // how many there were (users, bytes, characters)
	Limit   int           `json:"limit,omitempty"`   // how many there can be
	Char    rune          `json:"char,omitempty"`    // the character that does not fit
	Account string        `json:"account,omitempty"` // of the person who is not known, as commands.Caller.Ref
	Typed   string        `json:"typed,omitempty"`   // the whole text, for copying
	Field   string        `json:"field,omitempty"`   // of a command in fields: the one that is wrong, as Option.Name; empty: none of them alone
}

// Problem names a kind of mistake.
type Problem string

// The mistakes. Each has a sentence in the words file.
const (
	UnknownVerb    Problem = "unknown verb"
	UnknownFlag    Problem = "unknown flag"   // Nearest, if one is near
	FlagElsewhere  Problem = "flag elsewhere" // a flag that this verb does not have
	FlagTwice      Problem = "flag twice"
	FlagValue      Problem = "flag value"    // a flag without its value; Word is the flag
	FlagNoValue    Problem = "flag no value" // --new=yes: a flag that takes no value
	NearAlias      Problem = "near alias"    // Nearest is the alias
	GroupMissing   Problem = "group missing"
	UsersMissing   Problem = "users missing"
	TooManyUsers   Problem = "too many users" // Count of Limit
	TooManyWords   Problem = "too many words" // Word is the first one too many
	GroupTooLong   Problem = "group too long" // Count of Limit, bytes
	UserTooLong    Problem = "user too long"
	GroupCharacter Problem = "group character" // Char
	UserCharacter  Problem = "user character"
	GroupCommunity Problem = "group community" // @TGS#_…
	GroupEmpty     Problem = "group empty"     // ""
	UserEmpty      Problem = "user empty"
	GroupAsUser    Problem = "group as user"   // an alias or a group ID where a UserID belongs
	OptionWord     Problem = "option word"     // for, reason, …: an option's name without hyphens; Nearest, if the verb has it
	ClockWord      Problem = "clock word"      // until: as OptionWord
	VerbUndo       Problem = "verb undo"       // undo: a button
	VerbStatus     Problem = "verb status"     // status, admins: list
	VerbForeign    Problem = "verb foreign"    // ban, kick, mute: not this bot
	PersonMention  Problem = "person mention"  // as a part of a word, where a UserID belongs
	CrowdMention   Problem = "crowd mention"   // a user group, a role or everyone, where a UserID belongs
	UnknownPerson  Problem = "unknown person"  // <@U…>, or @minho, and no UserID is known of them; Word, and Account of a mention
	UnknownCaller  Problem = "unknown caller"  // me, and no UserID is known of the caller; Account
	ChannelAsUser  Problem = "channel as user" // <#C…> where a UserID belongs
	ChannelMention Problem = "channel mention" // <#C…>, or #general, where a GROUP belongs
	GroupMention   Problem = "group mention"   // a person, or @word, where a GROUP belongs
	BadDuration    Problem = "bad duration"
	DurationRange  Problem = "duration range"      // out of 1 second … 30 days
	ReasonTooLong  Problem = "reason too long"     // Word is the flag; Count of Limit, characters
	ReasonChar     Problem = "reason character"    // Word is the flag; a control character; Char
	InvisibleChar  Problem = "invisible character" // zero-width, inside a word; Char
	AmbiguousDash  Problem = "ambiguous dash"      // – or — inside an ID; Char
	OpenQuote      Problem = "open quote"          // a quotation mark without its partner
	QuoteInside    Problem = "quote inside"        // "abc"def
	AddAndReplace  Problem = "add and replace"     // the same user in USER and --replace; Word
	BadNumber      Problem = "bad number"          // history #x
	TooLong        Problem = "too long"            // the whole text; Count of Limit, bytes

	// Of a form.
	GroupTwice     Problem = "group twice"     // a group is chosen, and another typed
	ChannelMissing Problem = "channel missing" // no channel is chosen for the result
	FormExpired    Problem = "form expired"    // it was opened too long ago, or not by this bot for this person
)

// Problems are all of them.
var Problems = [...]Problem{
	UnknownVerb, UnknownFlag, FlagElsewhere, FlagTwice, FlagValue, FlagNoValue, NearAlias, GroupMissing,
	UsersMissing, TooManyUsers, TooManyWords, GroupTooLong, UserTooLong, GroupCharacter, UserCharacter,
	GroupCommunity, GroupEmpty, UserEmpty, GroupAsUser, OptionWord, ClockWord, VerbUndo, VerbStatus, VerbForeign,
	PersonMention, CrowdMention, UnknownPerson, UnknownCaller, ChannelAsUser, ChannelMention, GroupMention, BadDuration, DurationRange, ReasonTooLong,
	ReasonChar, InvisibleChar, AmbiguousDash, OpenQuote, QuoteInside, AddAndReplace, BadNumber, TooLong,
	GroupTwice, ChannelMissing, FormExpired,
}

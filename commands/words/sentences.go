package words

import (
	"liveadmin/commands"
	"liveadmin/commands/grammar"
	"liveadmin/imapi"
)

// Sentences is every sentence that people read, in one language, as its file in catalog has
// it: a section is a struct, and a key the name of its field in lower case with underscores.
// A sentence has {places}; "{n|seat|seats}" is the word for a count of one, or of any other.
// No one changes it.
type Sentences struct {
	Outcomes  map[commands.Status]string
	Joins     struct{ Items, Facts, Sentences, Parts string }
	Durations struct{ Days, Hours, Minutes, Seconds, Between string } // {n}

	Summary struct {
		Line                                          string // {sign} {status} {caller} {what}
		Asked                                         string // {verb} {users} {target}
		AskedOf                                       string // {verb} {target}: list
		AskedDry                                      string // {asked}
		AskedUndo, AskedEnd, AskedRemind, AskedExtend string // {number} {target}
		ByItself                                      string // in place of a caller
		Progress                                      string // {asked} {n} {all}
		DidOn, DidWithout, ListedOn                   string // {target} {deeds} {n} {seats}
		DidIn                                         string // {deed} {n} {all}: in how many groups
		OrLater                                       string // {time}
		ApprovedBy, DeniedBy                          string // {caller} {by}
		Renamed                                       string // {what} {names}
	}
	Deeds   Deeds
	Buttons struct {
		Undo, UndoConfirm, Retry, Extend, Replace, GiveBack string // {user} {group}
		Approve, Deny, Withdraw                             string
		ApproveConfirm                                      string // {what}
		OfRequest                                           string // {label} {number}
		AddForm, RemoveForm                                 string // they open a form, and send it
		Refresh, Show                                       string // of a board
	}

	Heads struct {
		Added, Removed, Changed               string // {n} {all} {group}
		Unchanged, Failed, Unknown            string // {group}
		Dry, List, ListFailed                 string // {group} {n} {seats}
		Undone                                string // {number} {group}
		Ended, EndFailed, EndOver, EndGivenUp string // {number} {group}
		Remind, RemindGroups                  string // {users} {group} {time} {n}
		Extended                              string // {group}
		Groups, GroupsRead, GroupsDry         string // {asked} {n} {all}
	}
	Groups struct {
		Line          string // {groups} {sign} {what}
		Status, Seats string // {status} {n} {seats}
		Empty, Listed string // {users} {n} {seats}
		More          string // {n} {sign} {status}
		Columns       struct{ Group, Outcome, What, Seats string }
	}
	Happened struct {
		Item                                            string // {user} {what}
		Added, AddedUntil, AddedBefore                  string // {time}
		Already, AlreadyUnlimited, NowForever, NowUntil string // {had} {time}
		NoAccount                                       string
		Removed, RemovedBefore, WasNot                  string
		OldRestored, OldNotRestored, OldMaybeRestored   string
		WouldAdd, WouldAddUntil, WouldRemove            string // {time}
		WouldForever, WouldUntil                        string // {had} {time}
		LimitedAgain, EndOver, ChangedSince, StaysUntil string // {time} {had}
		RemovedSince                                    string
	}
	Now struct {
		Admins, NoAdmins         string // {n} {seats} {users}
		BeforeUnknown            string
		LimitKept                string // {time}
		MayBe, OldMaybe, OldGone string // {users} {n}
		StillAdmin               string // {users} {n}
		EndRetried, EndByHand    string // {users}
		TooLate, Late, LateEnd   string // {late}
	}

	Problems struct {
		CodeSays, NoAnswer string // {code} {meaning}
		DidNotAnswer       string
		TencentSays        string // {info}
		NoSuchAlias        string // {word}
		OldRoom            string // {alias}
		Full, FullVeiled   string // {n} {seats} {users} {after}
		LimitUnread        string
		Broken             string
	}
	Remedies struct {
		Wait, Again, List, LiveGroup, CheckGroup, CheckUser, Fewer, Correct string
		FreeSeat, RemoveFirst, NewAccount                                   string
		Ask, AskOperator, ElseAsk, ElseAskOperator                          string // {contact} {number}
	}
	Codes    map[int]string    // what an error code means
	Failures map[string]string // what an error without a code of its own means, by its kind and in other cases

	Names struct {
		Person   string // {name} {id}
		Group    string // {alias} {id}
		Until    string // {user} {time}: in a list
		Nickname string // {id} {nickname}
		Both     string // {name} {id} {nickname}
		Reason   string // {reason}
	}

	Mistakes map[grammar.Problem]string // {word} {verb} {count} {limit} {char}
	Asking   struct {
		DidYouMean, Commands, Example, YouTyped string // {nearest} {verbs} {example} {typed}
		AddThem, AddThemOperator                string // {contact}: to the config file
		AddYou, AddYouOperator                  string // {contact}
		AskAdd, AskAddOperator                  string // {contact}
	}
	Refusals struct {
		VerbOn, VerbOnGroups, VerbHere, Verb string // {verb} {target} {groups}
		Outsider                             string
		Limit                                string // {verb} {target} {limit}
		Unread, RolesUnread                  string // {groups}; roles: of Discord, where a server knows its own alone
		AskContact, AskOperator              string // {contact} {ref}
		OpenThere                            string // {verb} {command}: of a form
	}
	Greeting struct{ Here, Elsewhere, Nothing, More string } // {verbs} {help}
	Guide    struct{ Head, Line, Option, Waits string }      // {usage} {name} {what}
	Commands map[commands.Verb]string                        // what a command does
	Options  map[string]string                               // what a field is for, by commands.Field.Option
	Notes    map[commands.Verb]string                        // what else there is to know of a command

	Rights struct {
		Says                   string // {ref}
		Person                 string // {user}
		Right                  string // {commands} {groups} {rule}
		Rule, RuleLine         string // {n} {line}
		AllCommands, AllGroups string
		InChannels, NotHere    string // {channels}
		NotGiven               string // {verbs}
		UpTo                   string // {limit}
		Waits                  string // {who}
		Nothing, Blocked       string
		Approves               string
	}
	Aliases struct {
		Head, None string
		Line       string // {alias} {groups}
		Count      string // {n}
		Limits     string
		Limit      string // {user} {group} {time}
		More       string // {n}
	}
	History struct {
		Head, None string // {n}
		Line       string // {number} {time} {who} {text} {sign} {outcome}
		Elsewhere  string // the same, with {where}
		Where      string // {where}
		AndMore    string // {groups} {n}
	}
	Done    struct{ Head, None string }
	Notices struct {
		NotRecorded, MaybeRecorded, NotRead, Stopping, StaleButton string
		AlreadyPressed, MaybePressed                               string // {number}
		CrowdedYours, CrowdedAll                                   string // {entries} {changes}
		CrowdedRemedy                                              string
		TooMuch                                                    string
	}

	Requests struct {
		Add, AddFor, Remove, Undo, Extend            string // {who} {users} {group} {length} {number}
		Replace                                      string // {users}
		UndoRemoves, UndoAdds, UndoLimits, UndoFor   string // {users} {group} {length}
		Can, By, Unheard                             string // {who} {time}
		Remind, Urgent                               string // {number} {contact}
		Approved, Denied, Withdrawn, Expired, Lapsed string // {who}
		Overtaken, Renamed                           string // {names}
		Unchanged                                    string
		Over, OverBy, Dropped                        string // {number} {sign} {status} {who} {time}
		There                                        string
		NotYou, NotYours, NotOwn, NotOwnHere         string
		NotSelf, Unread                              string
		Yourself                                     string // {command}
		Split, None, Nowhere, Many                   string // {groups} {who} {n}
		Already                                      string // {number}
		Head, Empty, Line, More                      string // {number} {who} {what} {time} {n}
	}

	Forms struct {
		AddTitle, RemoveTitle, Close            string
		Add, Remove, Ask                        string // they send it; ask: what has to wait for approval
		Waits, Longer, Whom                     string // {who} {users}
		Group, TypedGroup, TypedGroupHint       string
		Users, TypedUsers, TypedUsersHint       string
		For, Endless, Approval, Reason, Channel string
	}

	Home struct {
		Head          string // {time}
		Group         string // {group} {n} {seats} {time}
		Unread, Again string // {group}: it was never read, or not this time
		Failed        string // {group}
		More          string // {n}
		Named, None   string // {groups}
	}

	Slack struct {
		ConfirmTitle, ConfirmYes, ConfirmNo string
		OnlyYou, Direct                     string
		Invite                              string // {command}
		Unheard                             string // {groups}
		NotHere, Archived                   string
		Refused                             string // {code}
		Forbidden, Lacking, Deleted, Lost   string
	}
	Discord struct {
		About, Menu                             string
		Kind, Locked, TooMany, Gone, Refused    string // why there is no thread
		NotAllowed, DirectNotAllowed, Cut       string // {permissions}
		DirectLocked, DirectGone, DirectRefused string
		CutList                                 string // {command}
		Unheard                                 string // {roles}
	}
	Demo struct {
		Greeting, Try, Speak      string // {people}
		Keys, Play                string // {kinds}
		Only, Speaking, NoOne     string // {name} {people}
		Prefix, NotTaken          string // {command} {help} {error}
		Press                     string // {command}
		Again                     string
		Broken, Repaired, NoFault string // {kind} {kinds} {command}
		Waited, HowLong           string // {length} {command}
	}
}

// Deeds say in a few words what was done, or what would be.
type Deeds struct{ Add, AddFor, Remove, Limit, Forever, NoAccount string } // {users} {time}

// signs are the same in every language.
var signs = map[commands.Status]string{
	commands.Working: "⏳", commands.Done: "✅", commands.Warned: "⚠️", commands.Nothing: "➖", commands.Partly: "⚠️",
	commands.Failed: "❌", commands.Unknown: "❓", commands.Refused: "⛔", commands.Mistaken: "✏️", commands.Answered: "💬",
	commands.Asked: "🙋", commands.Denied: "⛔", commands.Expired: "⌛", commands.Withdrawn: "↩️",
}

// meaning is what a failure means: a clause.
func (w Words) meaning(f commands.Failure) string {
	key := string(f.Kind)
	switch {
	case f.Code == 0 && f.Kind == imapi.KindTransient && f.Op == imapi.OpChange:
		key = "unchanged"
	case f.Code == 0, f.Code == imapi.CodeFullOrPlan && f.Kind != imapi.KindFullOrPlan:
	case w.Codes[f.Code] != "":
		return w.Codes[f.Code]
	case f.Code >= 60000 && f.Code < 70000:
		key = "undocumented call"
	case f.Code >= 70000 && f.Code < 80000:
		key = "undocumented account"
	default:
		key = "undocumented"
	}
	if says := w.Failures[key]; says != "" {
		return says
	}
	return w.Failures["other"]
}

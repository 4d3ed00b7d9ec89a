// Package words makes the sentences that people read, from results and decisions.
package words

import (
	"cmp"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// Words is a language: every sentence that people read. A sentence has {places};
// "{n|seat|seats}" is the word for a count of one, or of any other. Meanings and
// remedies of error codes come from Explain.
type Words struct {
	Signs   map[commands.Status]string
	Names   map[commands.Status]string // of the outcomes
	Explain func(op string, code int, kind imapi.Kind) (meaning, remedy string)

	RootLine string // {sign} {status} {caller} {what}
	Asked    string // {verb} {users} {target}
	AskedOf  string // {verb} {target}: list
	AskedDry string // {asked}
	Progress string // {asked} {n} {all}

	// Undoing.
	AskedUndo, HeadUndone, LimitedAgain, EndOver, ChangedSince string // {number} {target} {group} {time}
	UndoLabel, UndoConfirm                                     string

	// Limits that end, and other buttons.
	AskedEnd, AskedRemind, AskedExtend    string // {number} {target}
	HeadEnded, HeadEndFailed, HeadEndOver string // {number} {group}
	HeadEndGivenUp                        string // {number} {group}
	HeadRemind, HeadRemindGroups          string // {users} {group} {time} {n}
	HeadExtended                          string // {group}
	StillAdmin                            string // {users} {n}
	EndRetried, EndByHand                 string // {users}
	TooLate, Late, LateEnd                string // {late}
	StaysUntil                            string // {had}
	RetryLabel, ExtendLabel, ReplaceLabel string // {user}

	// What was done, in a few words.
	DidOn, DidWithout, ListedOn          string // {target} {deeds} {n} {seats}
	DidIn                                string // {deed} {n} {all}: in how many groups
	OrLater                              string // {time}
	Did                                  Deeds
	GroupLine                            string // {groups} {sign} {what}
	GroupStatus, GroupSeats              string // {status} {n} {seats}
	GroupListed, GroupEmpty              string // {users} {n} {seats}
	ListedUntil                          string // {user} {what}
	GroupsMore                           string // {n}
	HeadAdded, HeadRemoved, HeadChanged  string // {n} {all} {group}
	HeadNothing, HeadFailed, HeadUnknown string // {group}
	HeadDry, HeadList, HeadListFailed    string // {group} {n} {seats}
	HeadGroups, HeadGroupsRead           string // {asked} {n} {all}
	HeadGroupsDry                        string // {asked} {n} {all}

	// What happened to whom.
	Item                                            string // {user} {what}
	Added, AddedUntil, AddedBefore                  string // {time}
	Already, AlreadyUnlimited, NowForever, NowUntil string // {had} {time}
	NoAccount                                       string
	Removed, RemovedBefore, WasNot                  string
	OldRestored, OldNotRestored, OldMaybeRestored   string
	WouldAdd, WouldAddUntil, WouldRemove            string // {time}
	WouldForever, WouldUntil                        string // {had} {time}
	Until                                           string // {time}: in a list

	// What is true now, and what may be.
	Now, NowNobody string // {n} {seats} {users}
	HoldersNow     string // {n} {seats} {users}
	BeforeUnknown  string
	LimitKept      string // {time}
	MayBe          string // {users}
	OldMaybe       string // {users}
	OldGone        string // {users}: follows MayBe

	// What went wrong and what to do.
	CodeSays, NoAnswer string // {code} {meaning}
	TencentSays        string // {info}
	DidNotAnswer       string
	NoSuchAlias        string // {word}
	Full, FullRemedy   string // {n} {seats} {users} {after}
	NoAccountRemedy    string
	LimitUnread        string
	Broken             string

	Person   string // {name} {id}
	Named    string // {alias} {id}
	Nickname string // {id} {nickname}
	BothName string // {name} {id} {nickname}
	Reason   string // {reason}

	Asking

	called func(imapi.UserID) string // their names of the config file; nil: there are none
	table  commands.Set              // nil: commands.Table
}

// Of returns the words for the commands of another table.
func (w Words) Of(table commands.Set) Words {
	w.table = table
	return w
}

// commands is the table of the commands that help is about.
func (w Words) commands() commands.Set {
	if w.table == nil {
		return commands.Table
	}
	return w.table
}

// Naming returns the words with a config file's names for people: whoever has one is
// called by it, and by the UserID.
func (w Words) Naming(n commands.Names) Words {
	w.called = n.Called
	return w
}

// Deeds say in a few words what was done, or what would be.
type Deeds struct{ Add, AddFor, Remove, Limit, Forever, NoAccount string } // {users} {time}

// target is how the command's groups are called in one line.
func (w Words) target(t commands.Target) Text {
	if t.Alias != "" {
		return code(t.Alias)
	}
	if len(t.Groups) == 1 {
		return groupID(t.Groups[0])
	}
	return nil
}

// group names one group of a command in full.
func (w Words) group(t commands.Target, g imapi.GroupID) Text {
	if t.Alias == "" || len(t.Groups) != 1 {
		return groupID(g)
	}
	return fill(w.Named, slots{"alias": code(t.Alias), "id": groupID(g)})
}

// person names somebody: a name of the config file with its UserID, or the UserID.
func (w Words) person(p commands.Person) Text {
	return w.people([]commands.Person{p})
}

// nameOf is what the config file calls somebody, or "".
func (w Words) nameOf(id imapi.UserID) string {
	if w.called == nil {
		return ""
	}
	return w.called(id)
}

// name is what somebody is called: as they were typed, else as the config file does.
func (w Words) name(p commands.Person) string { return cmp.Or(p.Name, w.nameOf(p.ID)) }

// people names several; those of one crew stand together: "night (u_1, u_2)".
func (w Words) people(people []commands.Person) Text {
	var all []Text
	for i := 0; i < len(people); {
		name, crew := w.name(people[i]), []Text(nil)
		for ; i < len(people) && w.name(people[i]) == name; i++ {
			crew = append(crew, code(string(people[i].ID)))
		}
		ids := join(", ", crew...)
		if name != "" {
			ids = fill(w.Person, slots{"name": code(name), "id": ids})
		}
		all = append(all, ids)
	}
	return join(", ", all...)
}

func (w Words) admins(admins []imapi.Admin) Text {
	all := make([]Text, len(admins))
	for i, a := range admins {
		all[i] = w.person(commands.Person{ID: a.User})
	}
	return join(", ", all...)
}

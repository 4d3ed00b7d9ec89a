package commands

import "liveadmin/imapi"

// English holds every sentence in plain English, for readers whose second
// language it is. Another language is another file like this one.
func English() Words {
	return Words{
		Signs: map[Status]string{
			Working: "⏳", Done: "✅", Warned: "⚠️", Nothing: "➖", Partly: "⚠️", Failed: "❌", Unknown: "❓",
			Refused: "⛔", Mistaken: "✏️", Answered: "💬",
		},
		Names: map[Status]string{
			Working: "Working", Done: "Done", Warned: "Done with a warning", Nothing: "Nothing to change",
			Partly: "Partly", Failed: "Failed", Unknown: "Unknown",
			Refused: "Refused", Mistaken: "Mistaken", Answered: "Answered",
		},
		Explain: imapi.Explain,

		RootLine: "{sign} {status} · {caller} · {what}",
		Asked:    "{verb} {users} → {target}",
		AskedOf:  "{verb} {target}",
		AskedDry: "dry run: {asked}",
		Progress: "{asked} · {n} of {all} groups",

		DidOn:      "{target}: {deeds} · {n} of {seats}",
		DidWithout: "{target}: {deeds}",
		DidGroups:  "{target}: {deeds} · {n} of {all} groups",
		ListedOn:   "{target}: {n} of {seats} administrators",
		Did: Deeds{
			Add: "added {users}", AddFor: "added {users} until {time}", Remove: "removed {users}",
			Limit: "{users} now until {time}", Forever: "{users} now without an end",
			NoAccount: "{users} not added (no account)",
		},
		Would: Deeds{
			Add: "would add {users}", AddFor: "would add {users} until {time}", Remove: "would remove {users}",
			Limit: "{users} would be until {time}", Forever: "{users} would be without an end",
			NoAccount: "{users} not (no account)",
		},
		GroupLine:      "{group}   {sign} {deeds} · {n} of {seats}",
		GroupWrong:     "{group}   {sign} {status}. {why}",
		GroupStatus:    "{group}   {sign} {status}",
		GroupListed:    "{group}   {n} of {seats}: {users}",
		GroupsSame:     "{n} {n|group|groups} did not need a change.",
		GroupsMore:     "{n} more {n|group|groups} not shown here.",
		HeadAdded:      "Added {n} of {all} {all|administrator|administrators} to {group}",
		HeadRemoved:    "Removed {n} of {all} {all|administrator|administrators} from {group}",
		HeadChanged:    "Changed {group}",
		HeadNothing:    "Nothing to change in {group}.",
		HeadFailed:     "Nothing was changed in {group}.",
		HeadUnknown:    "It is not known what was changed in {group}.",
		HeadDry:        "Dry run: nothing was changed in {group}.",
		HeadList:       "{group} has {n} of {seats} administrators",
		HeadListFailed: "The administrators of {group} could not be read.",
		HeadGroups:     "{n} of {all} groups are now as asked: {asked}",
		HeadGroupsRead: "{n} of {all} groups could be read: {asked}",

		Item:             "{user}   {what}",
		Added:            "added",
		AddedUntil:       "added, until {time}",
		AddedBefore:      "is an administrator now",
		Already:          "no change, already an administrator",
		AlreadyUnlimited: "no change, already an administrator without an end",
		NowForever:       "already an administrator until {had}, now without an end",
		NowUntil:         "already an administrator until {had}, now until {time}",
		NoAccount:        "not added: no account has this UserID",
		Removed:          "removed",
		RemovedBefore:    "is not an administrator now",
		WasNot:           "no change, was not an administrator",
		OldRestored:      "removed, then set again because the adding failed",
		OldNotRestored:   "removed. The adding failed, and this person is not an administrator any more",
		OldMaybeRestored: "removed. The adding failed, and this person may or may not be an administrator now",
		WouldAdd:         "would be added",
		WouldAddUntil:    "would be added, until {time}",
		WouldRemove:      "would be removed",
		WouldForever:     "is an administrator until {had}, would be one without an end",
		WouldUntil:       "is an administrator until {had}, would be one until {time}",
		Until:            "until {time}",

		Now:           "Administrators now ({n} of {seats}): {users}",
		NowNobody:     "Administrators now ({n} of {seats}): nobody",
		HoldersNow:    "Administrators now ({n} of {seats}): {users}",
		BeforeUnknown: "The administrators could not be read before, so who was one is unknown.",
		LimitKept:     "The end at {time} stays on record.",
		MayBe:         "{users} may or may not be an administrator now.",
		OldMaybe:      "{users} may or may not be an administrator now. Nobody was added.",
		OldGone:       " {users} was removed before.",

		CodeSays:        "Tencent Chat answered {code}: {meaning}.",
		DidNotAnswer:    "Tencent Chat did not answer. ",
		NoAnswer:        "There was no usable answer: {meaning}.",
		TencentSays:     "Tencent's words: {info}",
		NoSuchAlias:     "There is also no alias with the name {word}.",
		Full:            "It has {n} of {seats} administrators: {users}. With this change it would have {after}.",
		FullRemedy:      "Remove somebody first, or name who goes with --replace.",
		NoAccountRemedy: "Check the UserID. For somebody who has not logged in yet, add --new.",
		Broken:          "There was an error inside the bot. Tell the operator this number.",
		LimitUnread:     "The administrators could not be read just now. Without that, an end cannot be set safely.",

		Person:   "{name} ({id})",
		Named:    "{alias} ({id})",
		Nickname: "{id} ({nickname})",
		Reason:   "Reason: {reason}",

		Asking: englishAsking(),
	}
}

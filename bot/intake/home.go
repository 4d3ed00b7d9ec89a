package intake

import (
	"context"
	"slices"
	"sync"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/policy"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// How much a Home tab has, and how many of its groups are read for it at most.
const (
	homeGroups   = 20
	homeReads    = 10
	homeRequests = 10
)

// Home returns what somebody's Home tab shows, or ok false if they ask too often. It leaves no
// row in the audit trail. current is as in Decide.
func (in *Intake) Home(ctx context.Context, v bot.HomeView, current func(commands.Caller) commands.Caller) (_ words.Home, ok bool) {
	rules := in.rules()
	standing := rules.Policy.Knows(v.Caller)
	ok = true
	for range v.Times {
		if most := answersFor(standing); most > 0 {
			ok = in.caps.allow(v.Caller.Ref, v.Place, in.clock(), most)
		}
	}
	if !ok {
		return words.Home{}, false
	}
	home := words.Home{Caller: v.Caller, Rights: rules.Policy.Rights(v.Caller, v.Place), Stranger: standing != policy.Known, At: in.now()}
	if home.Stranger {
		return home, true
	}
	home.Forms = formsFor(bot.Delivery{Caller: v.Caller, Place: v.Place, Opens: true}, rules.Policy)
	limited, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	limits, err := in.record.Grants(limited, "")
	if err == nil {
		err = in.homeRequests(limited, &home, v, rules, current)
	}
	if err != nil {
		in.log.Error("Home tab without the record", "caller", v.Caller.Ref, "err", err)
		home.Unread = true
		return home, true
	}
	in.homeGroups(ctx, &home, v, rules, byGroup(limits), in.homeOrder(limited, limits, rules))
	return home, true
}

// homeRequests adds the open requests that the viewer may decide.
func (in *Intake) homeRequests(ctx context.Context, home *words.Home, v bot.HomeView, rules bot.Rules, current func(commands.Caller) commands.Caller) error {
	all, err := in.record.Requests(ctx)
	if all == nil && err != nil {
		return err
	}
	for _, e := range all {
		switch q := in.openFor(bot.Delivery{Caller: v.Caller, Place: v.Place}, e, current(e.Caller), rules); {
		case !q.May:
		case len(home.Requests) == homeRequests:
			home.MoreRequests++
		default:
			home.Requests = append(home.Requests, q)
		}
	}
	return nil
}

// homeOrder returns the groups that the bot knows of, each once: those with temporary
// administrators, the first to expire first; those with an alias; and those of the newest
// commands that succeeded.
func (in *Intake) homeOrder(ctx context.Context, limits []commands.Grant, rules bot.Rules) []imapi.GroupID {
	var all []imapi.GroupID
	limits = slices.Clone(limits)
	slices.SortStableFunc(limits, func(a, b commands.Grant) int { return a.Until.Compare(b.Until) })
	for _, l := range limits {
		all = append(all, l.Group)
	}
	for _, name := range rules.Names.Aliases() {
		alias, _ := rules.Names.Group(name)
		all = append(all, alias.Groups...)
	}
	stories, err := in.record.Stories(ctx, bot.Filter{Limit: lookedBack}, nil)
	if err != nil {
		in.log.Error("a part of the audit trail cannot be read", "err", err)
	}
	for _, s := range stories {
		if outcome := s.Outcome(); s.First.Verb.CallsAPI() && outcome.Fine() {
			all = append(all, s.First.Groups...)
		}
	}
	seen := make(map[imapi.GroupID]bool)
	return slices.DeleteFunc(all, func(g imapi.GroupID) bool {
		again := seen[g]
		seen[g] = true
		return again
	})
}

// homeGroups adds the groups that the viewer may list, as they are now or as they were read
// last, and names those that they may only change.
func (in *Intake) homeGroups(ctx context.Context, home *words.Home, v bot.HomeView, rules bot.Rules, limits map[imapi.GroupID][]commands.Grant, known []imapi.GroupID) {
	shared := sharedAliases(rules.NamesFor(v.Caller))
	for _, g := range known {
		switch {
		case !rules.Policy.Gives(v.Caller, commands.List, g):
			if rules.Policy.Gives(v.Caller, commands.Add, g) || rules.Policy.Gives(v.Caller, commands.Remove, g) {
				home.Named = append(home.Named, g)
			}
		case len(home.Groups) == homeGroups:
			home.More++
		default:
			home.Groups = append(home.Groups, words.HomeGroup{Group: g, Alias: shared[g], Limits: limits[g], Show: len(home.Groups) >= homeReads})
		}
	}
	if asked := slices.IndexFunc(home.Groups, func(g words.HomeGroup) bool { return g.Group == v.Show }); asked >= homeReads {
		home.Groups[asked].Show, home.Groups[homeReads-1].Show = false, true
	}
	var reading sync.WaitGroup
	for i := range home.Groups {
		g := &home.Groups[i]
		reading.Go(func() {
			if g.Show {
				in.fill(ctx, g, in.readings.known(g.Group))
			} else {
				in.fill(ctx, g, in.readings.forBoard(ctx, g.Group))
			}
		})
	}
	reading.Wait()
}

// sharedAliases returns, for groups without an alias of their own, the first alias of several
// groups that they are in.
func sharedAliases(names commands.Names) map[imapi.GroupID]string {
	all := make(map[imapi.GroupID]string)
	for _, name := range slices.Backward(names.Aliases()) {
		alias, _ := names.Group(name)
		for _, g := range alias.Groups {
			if names.AliasOf(g) == "" {
				all[g] = name
			}
		}
	}
	return all
}

// fill adds to a group what is known of its administrators: as they were read, and what the bot
// changed since, here or at another instance, or so shortly before that the read may not show it.
func (in *Intake) fill(ctx context.Context, g *words.HomeGroup, r reading) {
	g.Admins, g.Failure = r.admins, r.failure
	if r.at.IsZero() {
		return
	}
	g.At = in.now().Add(-in.clock().Sub(r.at))
	ctx, cancel := context.WithTimeout(ctx, bot.AnswerTime)
	defer cancel()
	recent, err := in.record.Recent(ctx, g.Group, g.At.Add(-imapi.MayLag))
	if err != nil {
		in.log.Error("Home tab without some recent changes", "group", g.Group, "err", err)
	}
	g.Admins = change.Overlay(g.Admins, recent)
}

// byGroup returns the temporary administrators of each group.
func byGroup(limits []commands.Grant) map[imapi.GroupID][]commands.Grant {
	all := make(map[imapi.GroupID][]commands.Grant)
	for _, l := range limits {
		all[l.Group] = append(all[l.Group], l)
	}
	return all
}

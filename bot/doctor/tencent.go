package doctor

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"liveadmin/bot"
	"liveadmin/bot/config"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// checkTencent asks Tencent Chat: is the clock right, does the API answer for the
// application, is the UserSig accepted, and are plan and console switch there. Each
// needs the one before, but the clock.
func checkTencent(ctx context.Context, im config.IM, group string, names commands.Names, patience time.Duration) []bot.Finding {
	clock := bot.Finding{Name: "clock", Status: bot.Unchecked, Detail: "no answer had the time"}
	access := bot.Finding{Name: "REST API", Status: bot.IsFine, Detail: "it answers " + wayTo(im)}
	sig := bot.Finding{Name: "UserSig", Status: bot.IsFine, Detail: fmt.Sprintf("it is accepted for the account %q", im.Identifier)}
	g, plan := groupToRead(group, names)

	var p imapi.Probe
	client, err := im.NewClient(slog.New(slog.DiscardHandler))
	if err == nil {
		p, err = client.Within(patience).Probe(ctx, g)
	}
	if err != nil {
		access = failed(access, fmt.Sprintf("it cannot be asked %s: %v", wayTo(im), err), "Try again. If it stays so, check the network, and the region or IM_BASE_URL.")
		return []bot.Finding{clock, access, unchecked(sig), unchecked(plan)}
	}
	if p.Clock.Known {
		clock = checkClock(p.Clock)
	}
	switch e := p.Caller; {
	case e == nil:
	case e.OfSignature():
		sig, plan = refusedBy(sig, e), unchecked(plan)
	case e.OfPlan():
		sig, plan = unchecked(sig), refusedBy(plan, e)
	default:
		access, sig, plan = refusedBy(access, e), unchecked(sig), unchecked(plan)
		access.Detail += " (asked " + wayTo(im) + ")"
	}
	if p.Group != nil {
		plan = refusedBy(plan, p.Group)
		plan.Detail = fmt.Sprintf("the administrators of %s cannot be read: %s", g, plan.Detail)
	} else if p.Reached {
		plan.Status, plan.Detail, plan.Remedy = bot.IsFine, fmt.Sprintf("the administrators of %s can be read: %d of %d", g, len(p.Admins), imapi.Seats), ""
	}
	findings := []bot.Finding{clock, access, sig, plan}
	if people := names.Owners(); len(people) > 0 {
		if p.Caller != nil {
			return append(findings, unchecked(bot.Finding{Name: peopleChecked}))
		}
		return append(findings, checkPeople(ctx, client.Within(patience), people))
	}
	return findings
}

// wayTo is on which way Tencent Chat is asked.
func wayTo(im config.IM) string {
	if im.BaseURL != "" {
		return "at " + im.BaseURL
	}
	return "in the region " + im.Region
}

// groupToRead is the group whose administrators are to be read: the one that was
// asked for, or the first of the first alias. Without one, or with a bad one, the
// finding says so.
func groupToRead(asked string, names commands.Names) (imapi.GroupID, bot.Finding) {
	f := bot.Finding{
		Name: "plan and console switch", Status: bot.Unchecked, Detail: "a live streaming group is needed for that",
		Remedy: "Name one with --group ID.",
	}
	if asked = cmp.Or(asked, names.First()); asked == "" {
		return "", f
	}
	if target, ok := names.Group(asked); ok {
		return target.Groups[0], f
	}
	g, err := imapi.ParseGroupID(asked)
	if err != nil {
		return "", failed(f, fmt.Sprintf("%.60q: %v", asked, err), "Name a live streaming group like @TGS#a6I4ZUUGO, or an alias of the config file.")
	}
	return g, f
}

// checkClock says how far this machine's clock is off.
func checkClock(s imapi.Skew) bot.Finding {
	f := bot.Finding{Name: "clock", Status: bot.IsFine}
	off := s.Ahead.Round(time.Second)
	switch {
	case off.Abs() <= time.Second: // answers carry whole seconds
		f.Detail = "it agrees with Tencent Chat's"
	case off > 0:
		f.Detail = fmt.Sprintf("it is %s ahead of Tencent Chat's", off)
	default:
		f.Detail = fmt.Sprintf("it is %s behind Tencent Chat's", -off)
	}
	if s.Wrong() {
		_, remedy := imapi.Explain("", 0, imapi.KindClock)
		return failed(f, f.Detail, remedy)
	}
	return f
}

// refusedBy says of a thing why a call failed.
func refusedBy(f bot.Finding, e *imapi.Error) bot.Finding {
	if e.Code == 0 {
		return failed(f, e.Meaning()+": "+e.Info, e.Remedy())
	}
	return failed(f, fmt.Sprintf("Tencent Chat answers %d: %s", e.Code, e.Meaning()), e.Remedy())
}

// unchecked is a thing that cannot be checked while one before it fails.
func unchecked(f bot.Finding) bot.Finding {
	f.Status, f.Detail, f.Remedy = bot.Unchecked, "what is above has to be right first", ""
	return f
}

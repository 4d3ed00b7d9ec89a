package discord

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"liveadmin/bot"
)

const (
	approversChecked = "Discord approvers"
	peopleChecked    = "Discord people"
)

// How many servers are looked at for roles, and how many accounts are looked for: each takes a
// call.
const (
	mostServers  = 50
	mostAccounts = 50
)

// unknownUser is Discord's code for an account that is nobody's.
const unknownUser = 10013

// checkApprovers says which roles in an approval the bot cannot notify of a request.
func (d *Discord) checkApprovers(ctx context.Context, servers []server) []bot.Finding {
	left := d.options.Policy().Approvers(roleRef)
	if len(left) == 0 {
		return nil
	}
	var silent []string
	for _, s := range servers[:min(len(servers), mostServers)] {
		found, err := d.rolesOf(ctx, s.ID)
		if err != nil && !isRefusal(err) {
			return []bot.Finding{{Name: approversChecked, Status: bot.Unchecked, Detail: fmt.Sprintf("the roles of %s cannot be read: %v", s, err)}}
		}
		for _, r := range found {
			at := slices.Index(left, roleRef+r.ID)
			if at < 0 {
				continue
			}
			left = slices.Delete(left, at, at+1)
			if !r.Mentionable && !s.allows(discordgo.PermissionMentionEveryone) {
				silent = append(silent, r.ID)
			}
		}
	}
	f := fine(approversChecked, "the bot can notify every role in an approval")
	var warnings, remedies []string
	if len(silent) > 0 {
		warnings = append(warnings, "requests do not notify these roles: "+bot.Some(silent))
		remedies = append(remedies, `Switch on "Allow anyone to @mention this role" in the settings of the role, or give the bot's role the permission "Mention @everyone, @here, and All Roles".`)
	}
	if len(left) > 0 {
		warnings = append(warnings, "no server of the bot has these roles: "+strings.ReplaceAll(bot.Some(left), roleRef, ""))
		remedies = append(remedies, "Correct the approval in the config file.")
	}
	if len(warnings) > 0 {
		f.Detail, f.Remedy = "warning: "+strings.Join(warnings, "; "), strings.Join(remedies, " ")
	}
	return []bot.Finding{f}
}

// checkAccounts says which accounts of people in the config file are nobody's in Discord.
func (d *Discord) checkAccounts(ctx context.Context) []bot.Finding {
	var nobody []string
	asked := 0
	for _, ref := range d.options.Accounts {
		user := userOf(ref)
		if user == "" || asked == mostAccounts {
			continue
		}
		asked++
		err := d.rest.do(ctx, call{name: "looking for an account", method: http.MethodGet, path: "/users/" + user})
		switch {
		case code(err) == unknownUser:
			nobody = append(nobody, user)
		case err != nil:
			return []bot.Finding{{
				Name: peopleChecked, Status: bot.Unchecked, Detail: fmt.Sprintf("Discord does not say whether the accounts of people are there: %v", err),
			}}
		}
	}
	if asked == 0 {
		return nil
	}
	f := fine(peopleChecked, fmt.Sprintf("the accounts of people that were looked for are there: %d", asked))
	if len(nobody) > 0 {
		f.Detail = "warning: these accounts of people are nobody's: " + bot.Some(nobody)
		f.Remedy = `Copy the user ID with "Copy User ID" from the person's menu in Discord to the config file.`
	}
	return []bot.Finding{f}
}

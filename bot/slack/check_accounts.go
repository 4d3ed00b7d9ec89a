package slack

import (
	"context"
	"fmt"

	"liveadmin/bot"
)

// mostAccounts is how many accounts are looked for: Slack takes a call for each.
const mostAccounts = 50

// checkAccounts says which accounts of people in the config file are nobody's in Slack.
func (s *Slack) checkAccounts(ctx context.Context) []bot.Finding {
	f := bot.Finding{Name: "Slack people", Status: bot.IsFine}
	var nobody []string
	asked := 0
	for _, ref := range s.opts.Accounts {
		user := userOf(ref)
		if user == "" || asked == mostAccounts {
			continue
		}
		asked++
		_, err := s.api.GetUserInfoContext(ctx, user)
		switch err = s.api.judge(userInfo, err); {
		case code(err) == "user_not_found" || code(err) == "user_not_visible":
			nobody = append(nobody, user)
		case err != nil:
			f.Status, f.Detail = bot.Unchecked, fmt.Sprintf("Slack does not say whether the accounts of people are there: %v", err)
			return []bot.Finding{f}
		}
	}
	if asked == 0 {
		return nil
	}
	f.Detail = fmt.Sprintf("the accounts of people that were looked for are there: %d", asked)
	if len(nobody) > 0 {
		f.Detail = "warning: these accounts of people are nobody that the bot can see: " + bot.Some(nobody)
		f.Remedy = "Copy the member ID from the person's profile in Slack to the config file."
	}
	return []bot.Finding{f}
}

package doctor

import (
	"context"
	"fmt"
	"slices"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

const (
	peopleChecked = "people"
	checkedAtOnce = 100 // UserIDs
)

// checkPeople says which people of the config file have a UserID that no account has: they are
// mapped to nobody.
func checkPeople(ctx context.Context, client *imapi.Client, people []commands.Person) bot.Finding {
	f := bot.Finding{Name: peopleChecked, Status: bot.IsFine, Detail: fmt.Sprintf("Tencent Chat has the UserID of everybody with a chat account (%d)", len(people))}
	var nobody []string
	for some := range slices.Chunk(people, checkedAtOnce) {
		ids := make([]imapi.UserID, len(some))
		for i, p := range some {
			ids[i] = p.ID
		}
		there, err := client.Accounts(ctx, ids)
		if err != nil {
			f.Status, f.Detail = bot.Unchecked, fmt.Sprintf("it cannot be asked whether their UserIDs are there: %v", err)
			return f
		}
		for _, p := range some {
			if exists, asked := there[p.ID]; asked && !exists {
				nobody = append(nobody, fmt.Sprintf("%s (%s)", p.Name, p.ID))
			}
		}
	}
	if len(nobody) > 0 {
		f.Detail = "warning: no account has the UserID of " + bot.Some(nobody)
		f.Remedy = "Correct the UserID in the config file, unless they have not logged in yet."
	}
	return f
}

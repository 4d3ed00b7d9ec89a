package slack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveadmin/bot/bottest/fakeslack"
	"liveadmin/commands"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

// fullHome is a Home tab with as much of everything as there can be: names of so many
// characters that are not ASCII.
func fullHome(letters int) words.Home {
	name := strings.Repeat("名", letters)
	user := func(i int) imapi.UserID { return imapi.UserID(fmt.Sprintf("%02d%s", i, strings.Repeat("u", 30))) }
	h := words.Home{At: time.Now(), More: 600, Forms: words.Formed, MoreRequests: 20, Caller: commands.Caller{Ref: "slack:user:U0123456789"}}
	for i := range 20 {
		g := words.HomeGroup{Group: imapi.GroupID(fmt.Sprintf("%02d%s", i, strings.Repeat("g", 46))), At: time.Now(), Show: i >= 10, Failure: &commands.Failure{Code: 10010}}
		for n := range imapi.Seats {
			g.Admins = append(g.Admins, imapi.Admin{User: user(n), Nickname: name})
			g.Limits = append(g.Limits, commands.Grant{Group: g.Group, User: user(n), Until: time.Now()})
		}
		h.Groups = append(h.Groups, g)
	}
	for i := range 60 {
		h.Named = append(h.Named, imapi.GroupID(fmt.Sprintf("%02d%s", i, strings.Repeat("h", 46))))
	}
	for i := range 10 {
		q := words.Open{May: true, Request: words.Request{Number: int64(1e9 + i), Caller: "slack:user:U0123456789", Platform: Name, Expires: time.Now()}}
		q.Command = commands.Command{Verb: commands.Add, For: time.Hour, Reason: strings.Repeat("名", commands.MaxReason), Target: commands.Target{Alias: name, Groups: []imapi.GroupID{h.Groups[0].Group, h.Groups[1].Group, h.Groups[2].Group}}}
		for n := range 5 {
			q.Command.Users = append(q.Command.Users, commands.Person{Name: name, ID: user(n)})
			q.Command.Replace = append(q.Command.Replace, commands.Person{Name: name, ID: user(n + 5)})
			q.Named = append(q.Named, fmt.Sprintf("slack:usergroup:S012345678%d", n))
		}
		h.Requests = append(h.Requests, q)
	}
	return h
}

// TestLargestHome: Slack takes the largest Home tab in every language, and a click on it, which
// brings all of it back, is not too much for the HTTP mode. With long names it has plain
// sections; with names of hundreds of characters it says that it is not all.
func TestLargestHome(t *testing.T) {
	for _, l := range commands.Languages {
		for _, letters := range []int{3, 33, 300} {
			page := homePage(words.In(l).Home(fullHome(letters)))
			for i, f := range []form{page.asRichText(), page.asSections()} {
				view, err := json.Marshal(map[string]any{"type": "home", "blocks": f.blocks})
				if err != nil {
					t.Fatal(err)
				}
				if wrong := fakeslack.CheckHome(view); wrong != "" {
					t.Errorf("%s, %d: %.300s", l, letters, wrong)
				}
				ascii := strings.ReplaceAll(strconv.QuoteToASCII(string(view)), `\"`, `"`) // as Slack writes JSON
				n := len(url.QueryEscape(ascii))
				if rich := strings.Contains(string(view), "rich_text"); n > (256-60)<<10 || rich != (i == 0 && letters == 3) {
					t.Errorf("%s, %d: a click has %d bytes, with rich_text: %v", l, letters, n, rich)
				}
				if says := words.In(l).Notices.TooMuch; strings.Contains(string(view), says) != (letters == 300) {
					t.Errorf("%s, %d: it says that it is not all: %v", l, letters, letters != 300)
				}
			}
		}
	}
}

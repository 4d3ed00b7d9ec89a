package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
)

// Check finds out whether Slack accepts the credentials, and which scopes they have. It posts
// nothing and opens no socket, which would get deliveries that are for the running bot. It
// does not need Run.
func (s *Slack) Check(ctx context.Context) []bot.Finding {
	var token []bot.Finding
	var way bot.Finding
	var asked sync.WaitGroup
	asked.Go(func() { token = s.checkToken(ctx) })
	asked.Go(func() { way = s.checkWay(ctx) })
	asked.Wait()
	return append(token, way)
}

// The things that are checked more than once.
const (
	tokenChecked  = "Slack bot token"
	scopesChecked = "Slack scopes"
	socketChecked = "Slack Socket Mode"
)

// checkToken asks who the bot is, and with which scopes.
func (s *Slack) checkToken(ctx context.Context) []bot.Finding {
	me, err := s.api.whoAmI(ctx)
	if err != nil {
		return []bot.Finding{
			s.useless(tokenChecked, err, `Copy the bot token from the app's page "OAuth & Permissions" to SLACK_BOT_TOKEN. If there is none, install the app.`),
			{Name: scopesChecked, Status: bot.Unchecked, Detail: "the bot token cannot be used"},
		}
	}
	findings := []bot.Finding{{
		Name: tokenChecked, Status: bot.IsFine,
		Detail: fmt.Sprintf("it is the bot %s (%s) in the workspace %s (%s)", me.User, me.UserID, me.Team, me.TeamID),
	}}
	granted := me.Header.Values("X-OAuth-Scopes")
	if len(granted) == 0 {
		return append(findings, bot.Finding{Name: scopesChecked, Status: bot.Unchecked, Detail: "Slack does not list them"})
	}
	scopes := strings.FieldsFunc(strings.Join(granted, ","), func(r rune) bool { return r == ',' || r == ' ' })
	findings = append(findings, s.checkScopes(scopes)...)
	if slices.Contains(scopes, peopleScope) {
		findings = append(findings, s.checkAccounts(ctx)...)
	}
	return findings
}

// scope is a scope of the bot token.
type scope struct {
	name     string
	optional bool
	buys     string
}

// botScopes are all that the bot can use, as in deploy/slack-manifest.yaml.
var botScopes = [...]scope{
	{"commands", false, "/liveadmin"},
	{"chat:write", false, "root messages, results, private answers"},
	{"app_mentions:read", false, "@liveadmin, which also works inside of threads"},
	{groupScope, true, "user groups in the allowlist and in rules: slack:usergroup:S…"},
	{peopleScope, true, "answers in each person's own language"},
	{"chat:write.public", true, "results in public channels that the bot is not a member of"},
	{"channels:history", true, "after a crash, a message is looked for before it is posted again: public channels"},
	{"groups:history", true, "the same in private channels"},
}

const (
	groupScope  = "usergroups:read"
	peopleScope = "users:read"
)

// checkScopes compares what is granted with what the bot needs. The scope of user
// groups is needed once a rule names one.
func (s *Slack) checkScopes(granted []string) []bot.Finding {
	needsGroups := len(groupsOf(s.opts.Policy())) > 0
	var findings []bot.Finding
	for _, sc := range botScopes {
		f := bot.Finding{Name: "Slack scope " + sc.name, Status: bot.IsFine, Detail: "granted"}
		switch {
		case slices.Contains(granted, sc.name):
		case !sc.optional || sc.name == groupScope && needsGroups:
			f.Status, f.Detail = bot.IsWrong, "missing"
			f.Remedy = fmt.Sprintf(`Add %s on the app's page "OAuth & Permissions", and install the app again.`, sc.name)
		default:
			f.Detail = "optional, not granted"
		}
		f.Detail += " (" + sc.buys + ")"
		findings = append(findings, f)
	}
	return findings
}

// checkWay looks at the way in which commands arrive.
func (s *Slack) checkWay(ctx context.Context) bot.Finding {
	if s.overHTTP() {
		return bot.Finding{
			Name: "Slack HTTP mode", Status: bot.Unchecked,
			Detail: "Slack itself has to reach /slack/commands, /slack/events, /slack/interactions and /slack/options at the address of HTTP_ADDR, " +
				"and the first request shows whether the signing secret is right",
		}
	}
	if err := s.api.openSocket(ctx); err != nil {
		return s.useless(socketChecked, err, `Copy the app-level token, with the scope connections:write, from the app's page "Basic Information" to SLACK_APP_TOKEN. `+
			`Look also on the page "Socket Mode" whether it is on.`)
	}
	return bot.Finding{Name: socketChecked, Status: bot.IsFine, Detail: "the app-level token can open sockets"}
}

// useless says why a token cannot be used; renew is what to do if Slack refuses it.
func (s *Slack) useless(name string, err error, renew string) bot.Finding {
	f := bot.Finding{Name: name, Status: bot.IsWrong}
	_, limited := errors.AsType[*slackgo.RateLimitedError](err)
	switch why := code(err); {
	case limited || isBusy(why):
		f.Detail, f.Remedy = "Slack is too busy to tell", "Wait a minute, then check again."
	case why != "":
		f.Detail, f.Remedy = "Slack answers "+why, renew
	case errors.Is(err, context.DeadlineExceeded):
		f.Detail, f.Remedy = "Slack does not answer in time", unreachable
	default:
		f.Detail, f.Remedy = "Slack cannot be asked: "+err.Error(), unreachable
	}
	return f
}

const unreachable = "Check the network and its proxy, and SLACK_API_URL if it is set."

package slack_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liveadmin/commands"
	"liveadmin/commands/words"

	"liveadmin/bot/slack"

	slackgo "github.com/slack-go/slack"
)

const manifestFile = "../../deploy/slack-manifest.yaml"

// TestManifest: Slack's own type takes the file, and holds what the bot
// needs and no more.
func TestManifest(t *testing.T) {
	m := readManifest(t, manifest(t))
	if !m.Settings.SocketModeEnabled || m.Settings.TokenRotationEnabled || !m.Settings.Interactivity.IsEnabled ||
		!slices.Equal(m.Settings.EventSubscriptions.BotEvents, []string{"app_mention", "app_home_opened"}) {
		t.Errorf("settings are %+v", m.Settings)
	}
	command := m.Features.SlashCommands
	if len(command) != 1 || command[0].Command != words.Name || command[0].ShouldEscape || command[0].Url != "" {
		t.Errorf("commands are %+v", command)
	}
	for form := range strings.SplitSeq(command[0].UsageHint, " | ") {
		verb, _, _ := strings.Cut(form, " ")
		if usage := commands.Table.Usage(commands.Verb(verb)); usage == "" || !strings.HasPrefix(usage, form) {
			t.Errorf("the hint says %q, the usage is %q", form, usage)
		}
	}
	shortcuts := m.Features.Shortcuts
	if len(shortcuts) != 1 || shortcuts[0].Name != "Add a live administrator" || shortcuts[0].Type != "global" || shortcuts[0].CallbackID != "liveadmin_add" ||
		len(shortcuts[0].Name) > 24 || len(shortcuts[0].Description) > 150 {
		t.Errorf("shortcuts are %+v", shortcuts)
	}
	if len(m.Display.Name) > 35 || len(m.Display.Description) > 140 || len(m.Features.BotUser.DisplayName) > 80 || !m.Features.AppHome.MessagesTabEnabled || !m.Features.AppHome.HomeTabEnabled {
		t.Errorf("%+v, %+v", m.Display, m.Features)
	}
	if got := m.OAuthConfig.Scopes.Bot; !slices.Equal(got, []string{"commands", "chat:write", "app_mentions:read"}) {
		t.Errorf("scopes are %v", got)
	}
}

// TestManifestScopes: every scope that a method of the bot needs is there, on
// or commented with what it buys, and no scope that none needs.
func TestManifestScopes(t *testing.T) {
	text := manifest(t)
	needed := []string{"commands", "app_mentions:read", "chat:write.public"}
	for _, m := range slack.Methods() {
		for scope := range strings.SplitSeq(slack.Scopes(m), ", ") {
			if scope != "" && scope != "connections:write" {
				needed = append(needed, scope)
			}
		}
	}
	var listed []string
	for _, found := range regexp.MustCompile(`(?m)^ +#?- ([a-z_.]+(?::[a-z.]+)?) # (.+)$`).FindAllStringSubmatch(text, -1) {
		listed = append(listed, found[1])
	}
	slices.Sort(needed)
	slices.Sort(listed)
	if needed = slices.Compact(needed); !slices.Equal(needed, listed) {
		t.Errorf("needed are %v, listed with a reason are %v", needed, listed)
	}
}

// TestManifestForHTTP: what the file says about how to make it HTTP is true.
func TestManifestForHTTP(t *testing.T) {
	text := regexp.MustCompile(`(?m)^( +)#((?:request_|message_menu_options_)?url: )`).ReplaceAllString(manifest(t), "$1$2")
	text = strings.Replace(text, "socket_mode_enabled: true", "socket_mode_enabled: false", 1)
	m := readManifest(t, text)
	for path, url := range map[string]string{
		"/slack/commands":     m.Features.SlashCommands[0].Url,
		"/slack/events":       m.Settings.EventSubscriptions.RequestUrl,
		"/slack/interactions": m.Settings.Interactivity.RequestUrl,
		"/slack/options":      m.Settings.Interactivity.MessageMenuOptionsUrl,
	} {
		if !strings.HasSuffix(url, path) || m.Settings.SocketModeEnabled {
			t.Errorf("%s has the URL %q", path, url)
		}
	}
}

func manifest(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(manifestFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readManifest(t *testing.T, text string) slackgo.Manifest {
	t.Helper()
	lines := strings.Split(text, "\n")
	object, err := json.Marshal(readYAML(t, &lines, 0))
	if err != nil {
		t.Fatal(err)
	}
	var m slackgo.Manifest
	d := json.NewDecoder(bytes.NewReader(object))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%v in %s", err, object)
	}
	return m
}

var (
	yamlComment = regexp.MustCompile(`(^|\s)#.*$`)
	yamlLine    = regexp.MustCompile(`^( *)(- )?(?:([a-z_]+):)?\s*(.*)$`)
)

// readYAML reads as much of YAML as the manifest has: maps, lists of words or maps,
// words, true and false.
func readYAML(t *testing.T, lines *[]string, indent int) any {
	t.Helper()
	object, list := map[string]any{}, []any(nil)
	for len(*lines) > 0 {
		text := strings.TrimRight(yamlComment.ReplaceAllString((*lines)[0], ""), " ")
		p := yamlLine.FindStringSubmatch(text)
		if text != "" && len(p[1]) < indent {
			break
		}
		switch {
		case text == "":
			*lines = (*lines)[1:]
		case p[2] != "" && !strings.Contains(text, ": "):
			list = append(list, strings.TrimSpace(text[len(p[1])+2:]))
			*lines = (*lines)[1:]
		case p[2] != "":
			(*lines)[0] = p[1] + "  " + text[len(p[1])+2:]
			list = append(list, readYAML(t, lines, len(p[1])+2))
		case p[3] == "":
			t.Fatalf("what is %q?", text)
		default:
			*lines = (*lines)[1:]
			object[p[3]] = yamlValue(t, p[4], lines, indent)
		}
	}
	if list != nil {
		return list
	}
	return object
}

func yamlValue(t *testing.T, text string, lines *[]string, indent int) any {
	t.Helper()
	switch text {
	case "":
		return readYAML(t, lines, indent+2)
	case "true":
		return true
	case "false":
		return false
	case "1":
		return 1
	}
	return text
}

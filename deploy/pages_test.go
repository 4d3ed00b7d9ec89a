package deploy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"liveadmin/bot/e2e/harness"
	"liveadmin/imapi/simulator"
)

// What a newcomer reads in order: docs/tencent.md, then the page of a platform.

// TestTencentPage: with the four values that docs/tencent.md is about, and no app yet, "check" has
// the lines that the page explains, all of them right but those of which it says that they fail;
// and each code that the page has for a line makes that line fail.
func TestTencentPage(t *testing.T) {
	t.Chdir(top)
	page := fileText(t, "docs/tencent.md")
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| .* \\| (.*) \\|$").FindAllStringSubmatch(page, -1)
	if len(rows) != 4 {
		t.Fatalf("%q", rows)
	}
	live := harness.New(t)
	live.Env = append(live.Env, "IM_IDENTIFIER=administrator")
	check := func() string {
		out, _ := harness.Program(t, live.Dir, live.Env, "check", "--group", firstGroup).Output() // fails: there is no app
		return string(out)
	}
	all := check()
	_, failing, _ := strings.Cut(page, "Two lines fail until")
	for _, fails := range regexp.MustCompile(`(?m)^FAIL +(.*?):`).FindAllStringSubmatch(all, -1) {
		if !strings.Contains(failing, "`"+fails[1]+"`") {
			t.Errorf("docs/tencent.md does not say that this line fails: %s", fails[0])
		}
	}
	for _, row := range rows {
		if !regexp.MustCompile(`(?m)^OK +` + row[1]).MatchString(all) {
			t.Errorf("%s is not right in\n%s", row[1], all)
		}
		for _, code := range regexp.MustCompile(`\b\d{5}\b`).FindAllString(row[2], -1) {
			fault := simulator.Fault{Times: -1}
			fault.Code, _ = strconv.Atoi(code)
			if row[1] == "plan and console switch" {
				fault.Command = "get_admin_list"
			}
			if err := live.API.Inject(fault); err != nil {
				t.Fatal(err)
			}
			if got := check(); !regexp.MustCompile(`(?m)^FAIL +` + row[1] + `.*` + code).MatchString(got) {
				t.Errorf("%s does not make %s fail in\n%s", code, row[1], got)
			}
			live.API.ClearFaults()
		}
	}
}

// TestPagesStart: with the settings that the page of a platform shows, both ways, the program
// starts, is ready as the page shows it, and carries out the first command that the page names.
func TestPagesStart(t *testing.T) {
	t.Chdir(top)
	for page, overHTTP := range map[string]string{"docs/slack.md": "SLACK_SIGNING_SECRET", "docs/discord.md": "DISCORD_PUBLIC_KEY"} {
		text := fileText(t, page)
		_, block, _ := strings.Cut(text, "Put this into `.env`")
		_, block, _ = strings.Cut(block, "```sh\n")
		block, _, found := strings.Cut(block, "```")
		if !found || !strings.Contains(text, "/liveadmin list") {
			t.Fatalf("%s has no settings, or no first command", page)
		}
		for _, http := range []bool{false, true} {
			t.Run(fmt.Sprint(page, http), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				shown := block
				if http {
					shown = strings.Replace(shown, "#"+overHTTP, overHTTP, 1)
				}
				settings, err := godotenv.Unmarshal(shown)
				if err != nil {
					t.Fatal(err)
				}
				settings["IM_SDKAPPID"], settings["IM_SECRET_KEY"], settings["IM_REGION"] = "1400000000", harness.Key, "singapore"
				if http && overHTTP == "SLACK_SIGNING_SECRET" {
					delete(settings, "SLACK_APP_TOKEN")
				}
				for name := range settings {
					if value := w.secrets[strings.ToLower(name)]; value != "" {
						settings[name] = value
					}
				}
				startsIn(t, w, settings)
				if !strings.Contains(text, "\n"+w.ready+"\n") {
					t.Errorf("%s does not show /readyz as it is: %s", page, w.ready)
				}
			})
		}
	}
}

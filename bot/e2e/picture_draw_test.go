package e2e

import (
	"strings"
	"testing"
	"time"
)

// The tests of what draws the pictures.

func TestPictureMarkup(t *testing.T) {
	moment := func(at time.Time) string { return at.UTC().Format(time.TimeOnly) }
	slack := slackDrawing{newCanvas(t, ""), moment}
	discord := discordDrawing{newCanvas(t, ""), moment}
	tests := []struct {
		name           string
		slack, discord string // empty where only the other has it
		want           string // the looks and texts in order
		file           string // what must stand in the file
	}{
		{"code and plain", "to `friday-show` (`@TGS#a`).", "to `friday-show` (`@TGS#a`).",
			"plain:to |code:friday-show|plain: (|code:@TGS#a|plain:).", ">@TGS#a<"},
		{"a mention", "· <@U0ALICE> ·", "· <@501> ·", "plain:· |mention:@alice|plain: ·", ">@alice<"},
		{"a time", "until <!date^3600^{time}|fallback>", "until <t:3600:f>", "plain:until 01:00:00", ">until 01:00:00<"},
		{"hostile text", "&lt;script&gt; &amp; \"", `\<script> & "`, "plain:<script> & \"", ">&lt;script&gt; &amp; &#34;<"},
		{"hostile code", "`&lt;/svg&gt;`", "`</svg>`", "code:</svg>", ">&lt;/svg&gt;<"},
		{"Discord's backslashes", "", `IM\_SDKAPPID \#ops`, "plain:IM_SDKAPPID #ops", ">IM_SDKAPPID #ops<"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.slack != "" {
				if got := listed(slack.spans(test.slack)); got != test.want {
					t.Errorf("Slack: %s\nwant %s", got, test.want)
				}
			}
			if got := listed(discord.spans(test.discord)); got != test.want {
				t.Errorf("Discord: %s\nwant %s", got, test.want)
			}
			c := newCanvas(t, "")
			c.paragraph(0, 10_000, textSize, discord.spans(test.discord)...)
			picture := c.svg("a & b")
			if err := wellFormed(picture); err != nil || !strings.Contains(picture, test.file) {
				t.Errorf("%v in\n%s", err, picture)
			}
		})
	}
}

// listed are spans as text; neighbours of one look stand together.
func listed(spans []span) string {
	var b strings.Builder
	last := look("")
	for _, s := range spans {
		if s.text != "" && s.look != last {
			if last != "" {
				b.WriteString("|")
			}
			b.WriteString(string(s.look) + ":")
			last = s.look
		}
		b.WriteString(s.text)
	}
	return b.String()
}

func TestPictureWrap(t *testing.T) {
	const size, most = 15, 120
	spans := []span{{plain, "  Nothing was changed in "}, {code, "full-house"}, {plain, " because of its seats"}}
	var words []string
	for _, r := range wrap(spans, size, most) {
		end := 0.0
		for _, p := range r {
			if p.x < end-0.001 {
				t.Errorf("%q begins at %.1f, before %.1f", p.text, p.x, end)
			}
			end = p.x + p.width
			words = append(words, strings.Fields(p.text)...)
		}
		if end > most+letterWidth(' ')*size { // a blank at the end does not count
			t.Errorf("a row is %.1f wide, of %d: %+v", end, most, r)
		}
		if len(r) == 0 || strings.HasPrefix(r[0].text, " ") {
			t.Errorf("a row is empty or begins with a blank: %+v", r)
		}
	}
	if got, want := strings.Join(words, " "), "Nothing was changed in full-house because of its seats"; got != want {
		t.Errorf("wrapped to %q", got)
	}
}

package e2e

import (
	"encoding/json"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"liveadmin/bot/bottest/fakeslack"
)

const slackStyle = `
.plain, .strong, .label { fill: #1d1c1d } .faint { fill: #616061 }
.code { fill: #c01343 } .code-ground { fill: #f7f7f8; stroke: #ddd }
.mention { fill: #0b5394 } .mention-ground { fill: #e8f2fb }
.rule, .thread { fill: #ddd } .badge { fill: #ebeaeb } .private { fill: #f8f8f8 }
.field { fill: #fff; stroke: #bbb } .button { fill: #fff; stroke: #b0b0b1 }
`

// slackDrawing draws messages as Slack lays them out.
type slackDrawing struct {
	*canvas
	moment func(time.Time) string // how a time reads
}

// slackBlock is what the bot sends of Slack's blocks.
type slackBlock struct {
	Type     string
	Text     struct{ Text string } // of a section
	Elements []struct {
		Text json.RawMessage // of a context; of a button, an object with the text
	}
}

// message draws a message with its blocks, or with its text if it has none.
func (d slackDrawing) message(left float64, clock string, m fakeslack.Message) {
	d.says(left, clock, func(x float64) {
		var blocks []slackBlock
		if len(m.Blocks) == 0 {
			d.marked(x, m.Text)
		} else {
			d.read(m.Blocks, &blocks)
		}
		for _, b := range blocks {
			d.block(x, b)
		}
	})
}

func (d slackDrawing) block(left float64, b slackBlock) {
	switch b.Type {
	case "section":
		d.marked(left, b.Text.Text)
	case "context":
		for _, e := range b.Elements {
			var words string
			d.read(e.Text, &words)
			d.paragraph(left, rightEdge, smallSize, span{faint, words})
		}
	case "actions":
		var labels []string
		for _, e := range b.Elements {
			var label struct{ Text string }
			d.read(e.Text, &label)
			labels = append(labels, label.Text)
		}
		d.y += 4
		d.buttons(left, rightEdge, labels)
	default:
		d.t.Errorf("the picture cannot show a block %q", b.Type)
	}
}

func (d slackDrawing) read(raw json.RawMessage, into any) {
	if err := json.Unmarshal(raw, into); err != nil {
		d.t.Error(err)
	}
}

// thread draws a reply under its root.
func (d slackDrawing) thread(clock string, reply fakeslack.Message) {
	d.threaded(func(left float64) { d.message(left, clock, reply) })
}

// private draws what only one person sees.
func (d slackDrawing) private(name, clock string, m fakeslack.Message) {
	const around = 8
	d.behind("private", leftEdge-around, rightEdge-leftEdge+2*around, around, 8, func() {
		d.paragraph(leftEdge+textIndent, rightEdge, smallSize, span{faint, "Only visible to " + name})
		d.message(leftEdge, clock, m)
	})
	d.y += 18
}

func (d slackDrawing) marked(left float64, text string) {
	for l := range strings.SplitSeq(text, "\n") {
		d.paragraph(left, rightEdge, textSize, d.spans(l)...)
	}
}

var slackToken = regexp.MustCompile("`[^`]+`|<[^<>]+>")

// spans reads a line in Slack's markup, as far as the bot uses it.
func (d slackDrawing) spans(marked string) []span {
	var all []span
	end := 0
	for _, at := range slackToken.FindAllStringIndex(marked, -1) {
		all = append(all, span{plain, html.UnescapeString(marked[end:at[0]])}, d.token(marked[at[0]:at[1]]))
		end = at[1]
	}
	return append(all, span{plain, html.UnescapeString(marked[end:])})
}

// token reads code, a mention or a time. People's IDs are made of their names.
func (d slackDrawing) token(t string) span {
	inside := t[1 : len(t)-1]
	if t[0] == '`' {
		return span{code, html.UnescapeString(inside)}
	}
	if user, ok := strings.CutPrefix(inside, "@U0"); ok {
		return span{mention, "@" + strings.ToLower(user)}
	}
	if date, ok := strings.CutPrefix(inside, "!date^"); ok {
		stamp, _, _ := strings.Cut(date, "^")
		if n, err := strconv.ParseInt(stamp, 10, 64); err == nil {
			return span{plain, d.moment(time.Unix(n, 0))}
		}
	}
	d.t.Errorf("the picture cannot show %q", t)
	return span{plain, t}
}

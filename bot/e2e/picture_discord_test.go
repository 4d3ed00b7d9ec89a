package e2e

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"liveadmin/bot/bottest/fakediscord"
)

const discordStyle = `
.plain, .strong, .label { fill: #2b2d31 } .faint { fill: #5c5e66 }
.code { fill: #2b2d31 } .code-ground { fill: #e3e5e8 }
.mention { fill: #3c45a5 } .mention-ground { fill: #e6e8fd }
.rule, .thread { fill: #d9dbdf } .badge { fill: #e3e5e8 } .private { fill: #eef0fe }
.field { fill: #f7f8f9; stroke: #d9dbdf } .button { fill: #e0e1e5 } .embed { fill: #f4f5f7; stroke: #e0e2e6 } .bar { fill: #b9bdc6 }
`

// discordDrawing draws messages as Discord lays them out.
type discordDrawing struct {
	*canvas
	moment func(time.Time) string // how a time reads
}

// field is a field of a command that somebody fills in.
type field struct{ name, value string }

// fieldLine is how a command looks while it is typed.
func fieldLine(verb string, fields []field) []span {
	spans := []span{{strong, "/liveadmin " + verb}}
	for _, f := range fields {
		spans = append(spans, span{plain, "  "}, span{code, f.name + ": " + f.value})
	}
	return spans
}

// message draws a message with its embeds and buttons.
func (d discordDrawing) message(left float64, clock string, m fakediscord.Message) {
	d.says(left, clock, func(x float64) {
		if m.Content != "" {
			d.marked(x, rightEdge, m.Content)
		}
		for _, e := range m.Embeds {
			d.embed(x, e)
		}
		for _, r := range m.Components {
			var labels []string
			for _, b := range r.Buttons {
				labels = append(labels, b.Label)
			}
			d.y += 8
			d.buttons(x, rightEdge, labels)
		}
	})
}

func (d discordDrawing) embed(left float64, e fakediscord.Embed) {
	top := d.y + 4
	d.y = top
	d.behind("embed", left, rightEdge-left, 10, 4, func() {
		d.marked(left+18, rightEdge-12, e.Description)
		if e.Footer != nil {
			d.y += 4
			d.paragraph(left+18, rightEdge-12, smallSize, span{faint, e.Footer.Text})
		}
	})
	d.rect("bar", left, top, 4, d.y-top, 2)
}

// thread draws the thread of a message with what stands in it.
func (d discordDrawing) thread(clock, name string, answer fakediscord.Message) {
	d.threaded(func(left float64) {
		d.paragraph(left, rightEdge, 13.5, span{strong, name}, span{faint, "   thread"})
		d.y += 6
		d.message(left, clock, answer)
	})
}

// private draws what only one person sees.
func (d discordDrawing) private(name, clock string, m fakediscord.Message) {
	const around = 8
	d.behind("private", leftEdge-around, rightEdge-leftEdge+2*around, around, 8, func() {
		d.message(leftEdge, clock, m)
		d.y -= 4
		d.paragraph(leftEdge+textIndent, rightEdge, smallSize, span{faint, "Only " + name + " can see this"})
	})
	d.y += 18
}

func (d discordDrawing) marked(left, right float64, text string) {
	for l := range strings.SplitSeq(text, "\n") {
		d.paragraph(left, right, textSize, d.spans(l)...)
	}
}

var discordToken = regexp.MustCompile("`[^`]+`|<[^<>]+>|\\\\[^0-9A-Za-z\\s]")

// spans reads a line in Discord's markup, as far as the bot uses it.
func (d discordDrawing) spans(marked string) []span {
	var all []span
	end := 0
	for _, at := range discordToken.FindAllStringIndex(marked, -1) {
		all = append(all, span{plain, marked[end:at[0]]}, d.token(marked[at[0]:at[1]]))
		end = at[1]
	}
	return append(all, span{plain, marked[end:]})
}

// token reads code, a mention, a time or a character behind a backslash.
func (d discordDrawing) token(t string) span {
	inside := t[1 : len(t)-1]
	switch {
	case t[0] == '`':
		return span{code, inside}
	case t[0] == '\\':
		return span{plain, t[1:]}
	case t == "<@501>":
		return span{mention, "@alice"}
	case strings.HasPrefix(t, "<t:"):
		if n, err := strconv.ParseInt(strings.Split(inside, ":")[1], 10, 64); err == nil {
			return span{plain, d.moment(time.Unix(n, 0))}
		}
	}
	d.t.Errorf("the picture cannot show %q", t)
	return span{plain, t}
}

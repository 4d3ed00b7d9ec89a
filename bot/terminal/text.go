package terminal

import (
	"fmt"
	"strings"

	"liveadmin/commands"
	"liveadmin/commands/words"
)

// shade is how a piece of text looks at a terminal with colour. Nothing is said by it alone.
type shade struct{ on, off string }

var (
	bold   = shade{"\x1b[1m", "\x1b[22m"}
	faint  = shade{"\x1b[2m", "\x1b[22m"}
	cyan   = shade{"\x1b[36m", "\x1b[39m"}
	red    = shade{"\x1b[31m", "\x1b[39m"}
	green  = shade{"\x1b[32m", "\x1b[39m"}
	yellow = shade{"\x1b[33m", "\x1b[39m"}
)

func (t *Terminal) paint(s shade, text string) string {
	if !t.Colour || text == "" {
		return text
	}
	return s.on + text + s.off
}

// shadeOf is the colour of an outcome.
func shadeOf(status commands.Status) shade {
	switch status {
	case commands.Done:
		return green
	case commands.Failed, commands.Unknown, commands.Denied:
		return red
	case commands.Nothing, commands.Expired, commands.Withdrawn:
		return faint
	}
	return yellow // under way, or worth a look
}

// lines writes a message, each line behind an indent.
func (t *Terminal) lines(m words.Message, indent string) string {
	var b strings.Builder
	for i, l := range m.Lines {
		b.WriteString(indent)
		switch l.Style {
		case words.Item:
			b.WriteString("• ")
		case words.Quote:
			b.WriteString("> ")
		}
		line := t.line(l.Text)
		if i == 0 && len(m.Lines) > 1 {
			line = t.paint(bold, line)
		}
		b.WriteString(line + "\n")
	}
	if m.Entry != 0 {
		b.WriteString(indent + t.paint(faint, fmt.Sprintf("#%d", m.Entry)) + "\n")
	}
	return b.String()
}

// line writes a text so that nothing in it can drive the terminal.
func (t *Terminal) line(text words.Text) string {
	var b strings.Builder
	for _, s := range text {
		switch s.Kind {
		case words.Account, words.Team:
			b.WriteString("@" + words.Visible(words.ShortRef(s.Text)))
		case words.Channel:
			b.WriteString("#" + words.Visible(words.ShortRef(s.Text)))
		case words.Quoted:
			b.WriteString(`"` + words.Visible(s.Text) + `"`)
		case words.Moment:
			b.WriteString(s.Time.In(t.Zone).Format("2006-01-02 15:04 MST"))
		case words.Code, words.Flag:
			b.WriteString(t.paint(cyan, words.Visible(s.Text)))
		default:
			b.WriteString(words.Visible(s.Text))
		}
	}
	return b.String()
}

// root writes the line of an entry in the channel, its outcome in colour.
func (t *Terminal) root(root words.Text, status commands.Status) string {
	outcome := 0
	for outcome < len(root) && root[outcome].Kind == words.Plain {
		outcome++
	}
	return t.paint(shadeOf(status), t.line(root[:outcome])) + t.line(root[outcome:])
}

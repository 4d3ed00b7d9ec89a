package terminal

import (
	"fmt"
	"strings"

	"liveadmin/commands/words"
)

// lines writes a message, each line behind an indent.
func (t *Terminal) lines(m words.Message, indent string) string {
	var b strings.Builder
	for _, l := range m.Lines {
		b.WriteString(indent)
		if l.Style == words.Item {
			b.WriteString("• ")
		}
		b.WriteString(t.line(l.Text))
		b.WriteByte('\n')
	}
	if m.Entry != 0 {
		fmt.Fprintf(&b, "%s#%d\n", indent, m.Entry)
	}
	return b.String()
}

func (t *Terminal) line(text words.Text) string {
	var b strings.Builder
	for _, s := range text {
		switch s.Kind {
		case words.Asker:
			b.WriteString("@" + words.Visible(words.ShortRef(s.Text)))
		case words.Quoted:
			b.WriteString(`"` + words.Visible(s.Text) + `"`)
		case words.Moment:
			b.WriteString(s.Time.In(t.Zone).Format("2006-01-02 15:04 MST"))
		default:
			b.WriteString(words.Visible(s.Text))
		}
	}
	return b.String()
}

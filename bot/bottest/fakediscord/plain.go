package fakediscord

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Plain is a message as its reader sees it: the content, the embeds, the buttons,
// without marks of style, with names for IDs and times in UTC. A button is its label
// in brackets, a deferred response "is thinking…".
func (s *Server) Plain(m Message) string {
	s.host.Lock()
	defer s.host.Unlock()
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, s.markdown(text))
		}
	}
	if m.Flags&Loading != 0 {
		parts = append(parts, s.nameOf(m.Author)+" is thinking…")
	}
	add(m.Content)
	if m.Flags&SuppressEmbeds == 0 {
		for _, e := range m.Embeds {
			for _, text := range e.texts() {
				add(text)
			}
		}
	}
	for _, r := range m.Components {
		var labels []string
		for _, b := range r.Buttons {
			labels = append(labels, "["+b.words()+"]")
		}
		parts = append(parts, strings.Join(labels, " "))
	}
	return strings.Join(parts, "\n")
}

func (b Button) words() string {
	if b.Emoji == nil {
		return b.Label
	}
	return strings.TrimSpace(b.Emoji.Name + " " + b.Label)
}

// What is marked in a text: code, and everything else.
var (
	codePattern  = regexp.MustCompile("(?s)```(?:[a-z]+\n)?(.*?)```|``(.+?)``|`([^`]+)`")
	tokenPattern = regexp.MustCompile(`\\([^0-9A-Za-z\s])|<(@&|@!?|#|t:|/)([^<>\s][^<>]*)>|<(https?://[^<>\s]+)>|\*\*|\*|__|~~|\|\||(?m:^(?:#{1,3}|-#|>) )`)
)

// markdown is a marked text as it is seen. Code shows what is in it. The state is
// locked.
func (s *Server) markdown(text string) string {
	var b strings.Builder
	end := 0
	for _, at := range codePattern.FindAllStringSubmatchIndex(text, -1) {
		if escaped(text, at[0]) {
			continue
		}
		b.WriteString(s.styled(text[end:at[0]]))
		for n := 2; n < len(at); n += 2 {
			if at[n] >= 0 {
				b.WriteString(strings.Trim(text[at[n]:at[n+1]], "\n"))
			}
		}
		end = at[1]
	}
	b.WriteString(s.styled(text[end:]))
	return b.String()
}

// escaped reports whether an odd number of backslashes is before a place.
func escaped(text string, at int) bool {
	before := text[:at]
	return (len(before)-len(strings.TrimRight(before, `\`)))%2 == 1
}

// styled is a text outside of code as it is seen.
func (s *Server) styled(text string) string {
	var b strings.Builder
	end := 0
	for _, at := range tokenPattern.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[end:at[0]])
		end = at[1]
		switch {
		case at[2] >= 0:
			b.WriteString(text[at[2]:at[3]])
		case at[4] >= 0:
			b.WriteString(s.reference(text[at[4]:at[5]], text[at[6]:at[7]]))
		case at[8] >= 0:
			b.WriteString(text[at[8]:at[9]])
		}
	}
	b.WriteString(text[end:])
	return b.String()
}

// reference is what a reader sees for <…>.
func (s *Server) reference(kind, name string) string {
	switch kind {
	case "@", "@!":
		return "@" + s.nameOf(name)
	case "@&":
		for _, g := range s.world.guilds {
			if role := g.Roles[name]; role != "" {
				return "@" + role
			}
		}
		return "@" + name
	case "#":
		if r := s.world.rooms[name]; r != nil && r.Name != "" {
			return "#" + r.Name
		}
		return "#" + name
	case "/":
		command, _, _ := strings.Cut(name, ":")
		return "/" + command
	}
	return moment(name, s.config.Now())
}

// moment is a time as a reader in UTC sees it now.
func moment(text string, now time.Time) string {
	stamp, style, _ := strings.Cut(text, ":")
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return "<t:" + text + ">"
	}
	layout := "2 January 2006 15:04"
	switch style {
	case "R":
		return relative(time.Unix(n, 0).Sub(now))
	case "t":
		layout = "15:04"
	case "T":
		layout = "15:04:05"
	case "d", "D":
		layout = "2 January 2006"
	}
	return time.Unix(n, 0).UTC().Format(layout)
}

// relative is how long it is until a time, or how long ago that was, in the largest unit.
func relative(d time.Duration) string {
	text := ""
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d.Abs() / unit.length; n > 0 || unit.length == time.Second {
			text = fmt.Sprintf("%d %ss", n, unit.name)
			break
		}
	}
	if d < 0 {
		return text + " ago"
	}
	return "in " + text
}

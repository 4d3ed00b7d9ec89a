package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// richPart is a part of a rich_text block: a section, a list, a quotation, something preformatted.
type richPart struct {
	Type     string            `json:"type"`
	Elements []json.RawMessage `json:"elements"`
	Style    *string           `json:"style"`
	Indent   *int              `json:"indent"`
	Offset   *int              `json:"offset"`
	Border   *int              `json:"border"`
	Language *string           `json:"language"`
}

// richElement is an element of a part. Fields that Slack has only in what it sends are not in it.
type richElement struct {
	Type      string          `json:"type"`
	Text      *string         `json:"text"`
	Style     map[string]bool `json:"style"`
	User      string          `json:"user_id"`
	Group     string          `json:"usergroup_id"`
	Channel   string          `json:"channel_id"`
	Range     string          `json:"range"`
	Name      string          `json:"name"`
	Unicode   *string         `json:"unicode"`
	SkinTone  *int            `json:"skin_tone"`
	URL       *string         `json:"url"`
	Unsafe    *bool           `json:"unsafe"`
	Timestamp *int64          `json:"timestamp"`
	Format    string          `json:"format"`
	Timezone  *string         `json:"timezone"`
	Fallback  *string         `json:"fallback"`
	Value     string          `json:"value"`
}

// richFields are the fields of each kind of part and element beside its type.
var richFields = map[string][]string{
	"rich_text_section":      {"elements"},
	"rich_text_list":         {"elements", "style", "indent", "offset", "border"},
	"rich_text_preformatted": {"elements", "border", "language"},
	"rich_text_quote":        {"elements", "border"},

	"text":      {"text", "style"},
	"link":      {"url", "text", "unsafe", "style"},
	"user":      {"user_id", "style"},
	"usergroup": {"usergroup_id", "style"},
	"channel":   {"channel_id", "style"},
	"broadcast": {"range", "style"},
	"emoji":     {"name", "unicode", "skin_tone", "url", "style"},
	"date":      {"timestamp", "format", "timezone", "url", "fallback", "style"},
	"color":     {"value", "style"},
}

// textStyles are the styles of text and links, mentionStyles those of everything else.
var (
	textStyles    = []string{"bold", "italic", "strike", "underline", "code"}
	mentionStyles = []string{"bold", "italic", "strike", "underline", "highlight", "client_highlight", "unlink"}
)

var (
	richUser    = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	richGroup   = regexp.MustCompile(`^S[A-Z0-9]+$`)
	richChannel = regexp.MustCompile(`^[CDG][A-Z0-9]+$`)
	richColor   = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
	dateToken   = regexp.MustCompile(`\{\w*\}`)
)

// dateTokens are what a date can be made of.
var dateTokens = []string{
	"{day_divider_pretty}", "{date_num}", "{date_slash}", "{date_long}", "{date_long_full}", "{date_long_pretty}",
	"{date}", "{date_pretty}", "{date_short}", "{date_short_pretty}", "{time}", "{time_secs}", "{ago}",
}

func (b block) checkRichText() error {
	if len(b.Elements) == 0 {
		return errors.New("rich_text has no elements")
	}
	for _, raw := range b.Elements {
		if err := checkRichPart(raw, "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"); err != nil {
			return err
		}
	}
	return nil
}

// checkRichPart checks a part that must be of one of some kinds.
func checkRichPart(raw []byte, kinds ...string) error {
	var p richPart
	if err := decodeRich(raw, &p, &p.Type); err != nil {
		return err
	}
	if !slices.Contains(kinds, p.Type) {
		return fmt.Errorf("unsupported part: %s", p.Type)
	}
	switch {
	case len(p.Elements) == 0:
		return fmt.Errorf("%s has no elements", p.Type)
	case p.Border != nil && *p.Border != 0 && *p.Border != 1:
		return fmt.Errorf("border %d is not 0 or 1", *p.Border)
	case p.Indent != nil && (*p.Indent < 0 || *p.Indent > 8):
		return fmt.Errorf("indent %d is not 0 to 8", *p.Indent)
	case p.Offset != nil && *p.Offset < 0:
		return fmt.Errorf("offset %d is below 0", *p.Offset)
	case p.Type == "rich_text_list" && (p.Style == nil || *p.Style != "bullet" && *p.Style != "ordered"):
		return errors.New("the style of a list is bullet or ordered")
	}
	for _, e := range p.Elements {
		var err error
		switch p.Type {
		case "rich_text_list":
			err = checkRichPart(e, "rich_text_section")
		case "rich_text_preformatted":
			err = checkRichElement(e, "text", "link")
		default:
			err = checkRichElement(e, "text", "link", "user", "usergroup", "channel", "broadcast", "emoji", "date", "color")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkRichElement checks an element that must be of one of some kinds.
func checkRichElement(raw []byte, kinds ...string) error {
	var e richElement
	if err := decodeRich(raw, &e, &e.Type); err != nil {
		return err
	}
	if !slices.Contains(kinds, e.Type) {
		return fmt.Errorf("unsupported element: %s", e.Type)
	}
	styles := mentionStyles
	if e.Type == "text" || e.Type == "link" {
		styles = textStyles
	}
	for name := range e.Style {
		if !slices.Contains(styles, name) {
			return fmt.Errorf("%s has no style %s", e.Type, name)
		}
	}
	if !e.complete() {
		return fmt.Errorf("%s lacks what it needs, or it is empty or wrong: %s", e.Type, raw)
	}
	return nil
}

// complete reports whether an element has the fields that it needs.
func (e richElement) complete() bool {
	switch e.Type {
	case "text":
		return e.Text != nil && *e.Text != ""
	case "link":
		return e.URL != nil && *e.URL != "" && size(*e.URL) <= 3000
	case "user":
		return richUser.MatchString(e.User)
	case "usergroup":
		return richGroup.MatchString(e.Group)
	case "channel":
		return richChannel.MatchString(e.Channel)
	case "broadcast":
		return slices.Contains([]string{"here", "channel", "everyone"}, e.Range)
	case "emoji":
		return e.Name != ""
	case "color":
		return richColor.MatchString(e.Value)
	}
	if e.Timestamp == nil || !dateToken.MatchString(e.Format) {
		return false
	}
	for _, token := range dateToken.FindAllString(e.Format, -1) {
		if !slices.Contains(dateTokens, token) {
			return false
		}
	}
	return true
}

// decodeRich decodes a part or an element, and refuses the fields of another kind.
func decodeRich(raw []byte, into any, kind *string) error {
	if err := strictly(raw, into); err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	for name := range fields {
		if name != "type" && !slices.Contains(richFields[*kind], name) {
			return fmt.Errorf("invalid additional property of %s: %s", *kind, name)
		}
	}
	return nil
}

// richLines are the lines of a rich_text block as its reader sees them.
func (s *Server) richLines(elements []shownText) []string {
	var lines []string
	for _, p := range elements {
		switch p.Type {
		case "rich_text_list":
			for _, item := range p.Elements {
				lines = append(lines, "• "+s.richLine(item.Elements))
			}
		case "rich_text_quote":
			lines = append(lines, "> "+s.richLine(p.Elements))
		default:
			lines = append(lines, s.richLine(p.Elements))
		}
	}
	return lines
}

// richLine is a part in which nothing is read but the elements. The state is locked.
func (s *Server) richLine(elements []shownText) string {
	var b strings.Builder
	for _, e := range elements {
		switch e.Type {
		case "text":
			b.WriteString(e.words())
		case "link":
			if text := e.words(); text != "" {
				b.WriteString(text)
			} else {
				b.WriteString(e.URL)
			}
		case "user":
			b.WriteString("@" + s.user(e.User).Name)
		case "usergroup":
			b.WriteString("@" + e.Group)
		case "channel":
			b.WriteString("#" + s.channelName(e.Channel))
		case "broadcast":
			b.WriteString("@" + e.Range)
		case "emoji":
			b.WriteString(":" + e.Name + ":")
		case "date":
			b.WriteString(e.Fallback)
		case "color":
			b.WriteString(e.Value)
		}
	}
	return b.String()
}

// richPings is whom the parts of a rich_text block notify.
func richPings(elements []shownText) []string {
	var pinged []string
	for _, e := range elements {
		switch e.Type {
		case "user":
			pinged = append(pinged, e.User)
		case "usergroup":
			pinged = append(pinged, e.Group)
		case "broadcast":
			pinged = append(pinged, e.Range)
		}
		pinged = append(pinged, richPings(e.Elements)...)
	}
	return pinged
}

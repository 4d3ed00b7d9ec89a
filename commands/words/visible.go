package words

import (
	"fmt"
	"strings"
	"unicode"
)

// Visible writes control characters, line ends and characters that change the
// direction of text as escapes, so that nothing typed can drive the terminal.
func Visible(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if unicode.IsPrint(r) || r == '\u200d' || r == '\ufe0f' { // emoji are joined by these
			b.WriteRune(r)
			continue
		}
		quoted := fmt.Sprintf("%+q", r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

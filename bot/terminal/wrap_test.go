package terminal

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	const green, off = "\x1b[32m", "\x1b[39m"
	tests := []struct{ name, line, want string }{
		{"nothing", "", ""},
		{"short", "1234567890", "1234567890"},
		{"between words", "one two three", "one two\nthree"},
		{"a space that does not fit", "1234567890 12", "1234567890\n12"},
		{"behind the indent", "  one two three", "  one two\n  three"},
		{"under the text of an item", "• one two three", "• one two\n  three"},
		{"under the text of a quotation", "> one two three", "> one two\n  three"},
		{"a word longer than a row", "123456789012345", "1234567890\n12345"},
		{"in it, behind a word", "one 123456789012345", "one 123456\n789012345"},
		{"an indent that leaves no room", "        one two four", "one two\nfour"},
		{"Chinese", "主播临时有事由我代班", "主播临时有\n事由我代班"},
		{"Korean has words", "버튼이 눌립니다", "버튼이\n눌립니다"},
		{"a closing mark stays", "主播临时有。事", "主播临时\n有。事"},
		{"an opening mark goes along", "ようにな（ab, c）", "ようにな\n（ab, c）"},
		{"an opening mark of one column", "ようにな (期限)", "ようにな\n(期限)"},
		{"beside Latin words", "主播 add 临时", "主播 add\n临时"},
		{"emoji", "✅ Done · ⚠️ a", "✅ Done ·\n⚠️ a"},
		{"combining", strings.Repeat("e\u0301", 10) + " x", strings.Repeat("e\u0301", 10) + "\nx"},
		{"colour has no width", green + "1234567890" + off + " " + green + "x" + off, green + "1234567890" + off + "\n" + green + "x" + off},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := wrap(test.line, 10); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// FuzzWrap: nothing is lost, and no row is too long.
func FuzzWrap(f *testing.F) {
	f.Add("• one two 主播临时有事，由我代班 three", 20)
	f.Add("\x1b[32mone\x1b[39m \x1b[2mtwo\x1b[22m", 4)
	f.Add(" 班0", 0)
	f.Fuzz(func(t *testing.T, line string, columns int) {
		columns = max(columns%300, -columns%300) + 2
		line = strings.ReplaceAll(line, "\n", "")
		got := wrap(line, columns)
		if spaceless(got) != spaceless(line) {
			t.Errorf("%q became %q", line, got)
		}
		for row := range strings.SplitSeq(got, "\n") {
			width := 0
			for row != "" {
				size, wide := nextCharacter(row)
				width, row = width+wide, row[size:]
			}
			if width > columns {
				t.Errorf("a row has %d columns, not %d: %q", width, columns, got)
			}
		}
	})
}

func spaceless(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }

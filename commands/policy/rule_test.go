package policy

import (
	"strings"
	"testing"
)

func TestFits(t *testing.T) {
	for _, tt := range []struct {
		name, pattern, text string
		want                bool
	}{
		{"the same", "show", "show", true},
		{"another case", "show", "Show", false},
		{"only the beginning", "show", "show-2", false},
		{"a star at the end", "show-2026-*", "show-2026-11", true},
		{"a star for nothing", "show-2026-*", "show-2026-", true},
		{"a star at the end, another beginning", "show-2026-*", "show-2025-11", false},
		{"a star at the beginning", "*-live", "friday-live", true},
		{"a star in the middle", "a*b", "a-b-b", true},
		{"beginning and end do not share a letter", "aba*ba", "aba", false},
		{"parts in order", "*a*b*", "xaxbx", true},
		{"parts out of order", "*b*a*", "xaxbx", false},
		{"parts do not share letters", "*ab*ba*", "aba", false},
		{"only a star", "*", "@TGS#a6I4ZUUGO", true},
		{"two stars", "**", "x", true},
		{"a slash is a letter", "a*c", "a/b/c", true},
		{"brackets are letters", "a[b]*", "a[b]c", true},
		{"brackets are no set", "a[bc]", "ab", false},
		{"a question mark is a letter", "a?c", "abc", false},
		{"a star in the text", "a*", "a*b", true},
		{"an empty pattern", "", "a", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := fits(tt.pattern, tt.text); got != tt.want {
				t.Errorf("fits(%q, %q) = %v, want %v", tt.pattern, tt.text, got, tt.want)
			}
		})
	}
}

func FuzzFits(f *testing.F) {
	f.Add("show-*-11", "show-2026-11")
	f.Add("*a*a*", "aaa")
	f.Add("aba*ba", "aba")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		pattern, text = pattern[:min(len(pattern), 12)], text[:min(len(text), 12)]
		if got, want := fits(pattern, text), fitsByDefinition(pattern, text); got != want {
			t.Errorf("fits(%q, %q) = %v, want %v", pattern, text, got, want)
		}
	})
}

// fitsByDefinition tries everything that a star can mean.
func fitsByDefinition(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	if rest, ok := strings.CutPrefix(pattern, "*"); ok {
		for i := range len(text) + 1 {
			if fitsByDefinition(rest, text[i:]) {
				return true
			}
		}
		return false
	}
	return text != "" && pattern[0] == text[0] && fitsByDefinition(pattern[1:], text[1:])
}

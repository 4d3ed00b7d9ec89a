package grammar

import "testing"

func TestNearest(t *testing.T) {
	for _, tt := range []struct {
		name, word string
		candidates []string
		want       string
	}{
		{"the same", "add", []string{"add"}, "add"},
		{"another case", "ADD", []string{"Add"}, "Add"},
		{"a letter missing", "ad", []string{"add"}, "add"},
		{"a letter too many", "addd", []string{"add"}, "add"},
		{"another letter", "abd", []string{"add"}, "add"},
		{"two letters swapped", "lsit", []string{"list"}, "list"},
		{"two slips in five letters", "shwo2", []string{"shows"}, ""},
		{"two slips in six letters", "remvee", []string{"remove"}, "remove"},
		{"three slips", "remxyz", []string{"remove"}, ""},
		{"the nearer of two", "show-11", []string{"show-22", "show-12"}, "show-12"},
		{"the first of two as near", "show-1x", []string{"show-11", "show-12"}, "show-11"},
		{"letters of several bytes", "zoé-show", []string{"zoë-show"}, "zoë-show"},
		{"no candidates", "add", nil, ""},
		{"an empty word", "", []string{"add"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Nearest(tt.word, tt.candidates); got != tt.want {
				t.Errorf("Nearest(%q, %q) = %q, want %q", tt.word, tt.candidates, got, tt.want)
			}
		})
	}
}

func TestNearestOrPrefix(t *testing.T) {
	candidates := []string{"list", "history", "add"}
	for _, tt := range []struct{ name, word, want string }{
		{"three letters begin it", "hist", "history"},
		{"one letter begins it", "h", "history"},
		{"it begins the word", "addition", "add"},
		{"a slip", "lists", "list"},
		{"nothing", "", ""},
		{"something else", "xyz", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := nearestOrPrefix(tt.word, candidates); got != tt.want {
				t.Errorf("nearestOrPrefix(%q) = %q, want %q", tt.word, got, tt.want)
			}
		})
	}
}

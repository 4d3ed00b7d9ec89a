package grammar

import (
	"slices"
	"strings"
)

// Nearest returns the candidate that is so close to the word that it was
// probably meant: one slip away, or two if the candidate has more than five
// letters. Case does not count; of several as close, the first wins. It returns
// "" if none is near.
func Nearest(word string, candidates []string) string {
	best, least := "", 3
	typed := []rune(strings.ToLower(word))
	for _, candidate := range candidates {
		meant := []rune(strings.ToLower(candidate))
		allowed := 1
		if len(meant) > 5 {
			allowed = 2
		}
		if gap := len(typed) - len(meant); gap > allowed || -gap > allowed {
			continue
		}
		if d := slips(typed, meant); d <= allowed && d < least {
			best, least = candidate, d
		}
	}
	return best
}

// nearestOrPrefix also takes a candidate that the word begins, or that begins
// the word. Three letters say more as a beginning than as a slip.
func nearestOrPrefix(word string, candidates []string) string {
	word = strings.ToLower(word)
	beginning := func(candidate string) bool { return word != "" && strings.HasPrefix(candidate, word) }
	begun := func(candidate string) bool { return strings.HasPrefix(word, candidate) }
	if i := slices.IndexFunc(candidates, beginning); i >= 0 && len(word) >= 3 {
		return candidates[i]
	}
	if near := Nearest(word, candidates); near != "" {
		return near
	}
	for _, likely := range []func(string) bool{beginning, begun} {
		if i := slices.IndexFunc(candidates, likely); i >= 0 {
			return candidates[i]
		}
	}
	return ""
}

// slips counts the letters to insert, delete, replace or swap with their
// neighbour to make one word of the other (Damerau-Levenshtein, each letter
// touched once).
func slips(a, b []rune) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

package config

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that keeps the configuration from being used. Its texts
// show bad values quoted, and no secret.
type Problem struct {
	Variable string // a name of Variables, ".env" for the file as a whole, or a place: "liveadmin.yaml:14:9"
	What     string // what is wrong
	Remedy   string // what to do
}

// String is "VARIABLE: what is wrong: what to do", on one line.
func (p Problem) String() string {
	return fmt.Sprintf("%s: %s: %s", p.Variable, p.What, p.Remedy)
}

// Problems is every problem of a configuration: those of the .env file, then
// the others in the order of Variables.
type Problems []Problem

// Error gives each problem a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

func (p Problems) sorted() Problems {
	place := map[string]int{dotEnv: -1}
	for i, v := range table() {
		place[v.Name] = i
	}
	slices.SortStableFunc(p, func(a, b Problem) int { return place[a.Variable] - place[b.Variable] })
	return p
}

// wrong is one problem of a variable that the caller fills in.
func wrong(what, remedy string) []Problem {
	return []Problem{{What: what, Remedy: remedy}}
}

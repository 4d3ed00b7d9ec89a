package bot

import (
	"fmt"
	"strings"
)

// Problem is one thing that keeps the settings or the rules file from being used. Its
// texts may quote a bad value, and never a secret.
type Problem struct {
	Variable string // the variable, ".env" for the file as a whole, or a place: "liveadmin.yaml:14:9"
	What     string // what is wrong: a clause
	Remedy   string // what to do about it: a clause
}

// String is "VARIABLE: what is wrong: what to do", on one line.
func (p Problem) String() string {
	return fmt.Sprintf("%s: %s: %s", p.Variable, p.What, p.Remedy)
}

// Problems are all the problems that were found.
type Problems []Problem

// Error gives each problem a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Add adds a problem.
func (p *Problems) Add(variable, what, remedy string) {
	*p = append(*p, Problem{variable, what, remedy})
}

// Check adds a problem if err is not nil.
func (p *Problems) Check(variable string, err error, remedy string) {
	if err != nil {
		p.Add(variable, err.Error(), remedy)
	}
}

package bot

import (
	"fmt"
	"strings"
)

// Finding is what a check has found out about one thing, for the operator. It holds
// no secret.
type Finding struct {
	Name   string      `json:"name"` // the thing, in a few words
	Status CheckStatus `json:"status"`
	Detail string      `json:"detail"` // a clause: no capital, no full stop
	Remedy string      `json:"remedy"` // what the operator does about it, in sentences; empty: nothing
}

// CheckStatus says whether a thing is as it has to be.
type CheckStatus string

// The statuses of a finding.
const (
	IsFine    CheckStatus = "OK"
	IsWrong   CheckStatus = "FAIL"
	Unchecked CheckStatus = "not checked"
)

// Some names the first of many things in the detail of a Finding.
func Some[S ~string](all []S) string {
	const most = 10
	var names []string
	for _, name := range all[:min(len(all), most)] {
		names = append(names, string(name))
	}
	if more := len(all) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

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

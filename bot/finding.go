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

package grammar

import (
	"testing"

	"liveadmin/commands"
)

func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		verb commands.Verb
		want string
	}{
		{commands.Add, "add GROUP USER… [--for DURATION] [--replace USER…] [--reason TEXT] [--new] [--dry-run]"},
		{commands.Remove, "remove GROUP USER… [--reason TEXT] [--dry-run]"},
		{commands.List, "list GROUP"},
		{commands.History, "history [GROUP | USER | CALLER | #NUMBER] [--since DURATION]"},
		{commands.Groups, "groups"},
		{commands.Whoami, "whoami"},
		{commands.Help, "help [COMMAND]"},
		{commands.Undo, ""},
		{commands.Welcome, ""},
	} {
		t.Run(string(tt.verb), func(t *testing.T) {
			if got := commands.Table.Usage(tt.verb); got != tt.want {
				t.Errorf("Usage(%q) = %q, want %q", tt.verb, got, tt.want)
			}
		})
	}
}

func TestVerbOf(t *testing.T) {
	for _, tt := range []struct {
		name, word string
		want       commands.Verb
		ok         bool
	}{
		{"itself", "add", commands.Add, true},
		{"another case", "LIST", commands.List, true},
		{"a synonym", "promote", commands.Add, true},
		{"nearly", "remov", commands.Remove, false},
		{"nearly a synonym", "promot", commands.Add, false},
		{"nothing near", "frobnicate", "", false},
		{"what only clicks make", "undo", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := VerbOf(tt.word); got != tt.want || ok != tt.ok {
				t.Errorf("VerbOf(%q) = %q, %v, want %q, %v", tt.word, got, ok, tt.want, tt.ok)
			}
		})
	}
}

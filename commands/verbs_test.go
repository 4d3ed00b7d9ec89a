package commands

import "testing"

func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		verb Verb
		want string
	}{
		{Add, "add GROUP USER… [--for DURATION] [--replace USER…] [--reason TEXT] [--new] [--dry-run]"},
		{Remove, "remove GROUP USER… [--reason TEXT] [--dry-run]"},
		{List, "list GROUP"},
		{History, "history [GROUP | USER | CALLER | #NUMBER] [--since DURATION]"},
		{Groups, "groups"},
		{Whoami, "whoami"},
		{Help, "help [COMMAND]"},
		{Undo, ""},
		{Welcome, ""},
	} {
		t.Run(string(tt.verb), func(t *testing.T) {
			if got := Usage(tt.verb); got != tt.want {
				t.Errorf("Usage(%q) = %q, want %q", tt.verb, got, tt.want)
			}
		})
	}
}

func TestVerbOf(t *testing.T) {
	for _, tt := range []struct {
		name, word string
		want       Verb
		ok         bool
	}{
		{"itself", "add", Add, true},
		{"another case", "LIST", List, true},
		{"a synonym", "promote", Add, true},
		{"nearly", "remov", Remove, false},
		{"nearly a synonym", "promot", Add, false},
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

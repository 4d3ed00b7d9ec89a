package imapi

import (
	"errors"
	"strings"
	"testing"
)

func TestParseIDs(t *testing.T) {
	group := func(s string) error { _, err := ParseGroupID(s); return err }
	user := func(s string) error { _, err := ParseUserID(s); return err }
	for _, row := range []struct {
		name    string
		parse   func(string) error
		text    string
		problem IDProblem // 0: none
	}{
		{"a group of Tencent's", group, "@TGS#a6I4ZUUGO", 0},
		{"a custom group with everything that is allowed", group, ` "<&>%/` + "`~", 0},
		{"a group of 48 bytes", group, strings.Repeat("g", 48), 0},
		{"a group of 49 bytes", group, strings.Repeat("g", 49), IDTooLong},
		{"a group of 17 characters, 51 bytes", group, strings.Repeat("群", 17), IDCharacter},
		{"no group", group, "", IDEmpty},
		{"a Community group", group, "@TGS#_@TGS#cABC", IDCommunity},
		{"a user of digits", user, "10001", 0},
		{"a user of 32 bytes", user, strings.Repeat("u", 32), 0},
		{"a user of 33 bytes", user, strings.Repeat("u", 33), IDTooLong},
		{"no user", user, "", IDEmpty},
		{"a user with a line break", user, "user\n", IDCharacter},
		{"a user with DEL", user, "user\x7f", IDCharacter},
		{"a user with a zero-width space", user, "us\u200ber", IDCharacter},
		{"a user that is no UTF-8", user, "us\xffer", IDCharacter},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.parse(row.text)
			e, refused := errors.AsType[*IDError](err)
			if refused != (row.problem != 0) || refused && e.Problem != row.problem {
				t.Fatalf("got %v", err)
			}
			if refused && e.Error() == "" {
				t.Error("no text")
			}
		})
	}
}

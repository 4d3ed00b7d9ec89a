package config_test

import (
	"reflect"
	"testing"

	"liveadmin/commands"
	"liveadmin/imapi"
)

// TestPeopleWithAccounts: a name of one person can have a chat account of each platform, and
// names compare in NFC and in any case.
func TestPeopleWithAccounts(t *testing.T) {
	names := parsePolicy(t, `
people:
  minho: u_8821
  night: [u_8821, u_9902]
  yuna: {id: u_9902, slack: U0YUNA, discord: "80351110224678912"}
  "Se\u0301bastien":
    id: u_7
    discord: 80351110224678913
  sol: {id: u_8}
`).Names
	for ref, want := range map[string]commands.Person{
		"slack:user:U0YUNA":              {Name: "yuna", ID: "u_9902"},
		"discord:user:80351110224678912": {Name: "yuna", ID: "u_9902"},
		"discord:user:80351110224678913": {Name: "Se\u0301bastien", ID: "u_7"},
		"slack:user:80351110224678912":   {},
		"u_8":                            {},
		"":                               {},
	} {
		if got, ok := names.Owner(ref); got != want || ok != (want.ID != "") {
			t.Errorf("%q is the account of %+v, %v", ref, got, ok)
		}
	}
	for user, want := range map[imapi.UserID][]string{
		"u_9902": {"discord:user:80351110224678912", "slack:user:U0YUNA"}, "u_7": {"discord:user:80351110224678913"}, "u_8": nil, "u_8821": nil,
	} {
		if got := names.AccountsOf(user); !reflect.DeepEqual(got, want) {
			t.Errorf("%s has %q", user, got)
		}
	}
	for _, typed := range []string{"Se\u0301bastien", "s\u00e9bastien", "S\u00c9BASTIEN"} {
		if got, ok := names.People(typed); !ok || got[0].ID != "u_7" {
			t.Errorf("%q is %+v", typed, got)
		}
	}
	if got, ok := names.People("sol"); !ok || got[0].ID != "u_8" {
		t.Errorf("sol is %+v", got)
	}
}

func TestBrokenPeople(t *testing.T) {
	testBroken(t, []broken{
		{"an account of two people", `people:
  minho: {id: u_1, slack: U0YUNA}
  yuna: {id: u_2, slack: U0YUNA}
`, []string{
			`3:26: the account "U0YUNA" is also of "minho" in line 2: keep it with one of them`,
		}},
		{"a UserID of two people with accounts", `people:
  plain: u_1
  minho: {id: u_1, slack: U0MINHO}
  yuna: {id: u_1, discord: 80351110224678912}
`, []string{
			`4:14: "u_1" is also the UserID of "minho" in line 3, who has accounts: put all accounts of a person under one name`,
		}},
		{"accounts that are none of their platform", `people:
  yuna: {id: u_1, slack: yuna, discord: "@yuna"}
  minho: {id: u_2, slack: slack:user:U0MINHO, discord: 0}
  lee: {id: u_3, discord: "10000000000000000000"}
  kim: {id: u_4, discord: "9999999999999999999"}
`, []string{
			`2:26: "yuna" is no account of Slack: write it like slack: U0YUNA`,
			`2:41: "@yuna" is no account of Discord: write it like discord: "80351110224678912"`,
			`3:27: "slack:user:U0MINHO" is no account of Slack: write it like slack: U0YUNA`,
			`3:56: "0" is no account of Discord: write it like discord: "80351110224678912"`,
			`4:27: "10000000000000000000" is no account of Discord: write it like discord: "80351110224678912"`,
		}},
		{"a crew with an account", `people:
  night: {id: [u_1, u_2], slack: U0YUNA}
`, []string{
			`2:15: the id of "night" is a list: write one UserID: a crew has no accounts`,
		}},
		{"two accounts of one platform", `people:
  yuna: {id: u_1, slack: [U0YUNA, U0YUNB]}
`, []string{
			`2:26: slack of "yuna" is a list: write one account, like slack: U0YUNA`,
		}},
		{"an account without a UserID", `people:
  yuna: {slack: U0YUNA}
`, []string{
			`2:10: "yuna" has no id: write it like {id: u_9902, slack: U0YUNA}`,
		}},
		{"an unknown platform", `people:
  yuna: {id: u_1, slak: U0YUNA}
`, []string{
			`2:19: "slak" is no key of "yuna": did you mean slack?`,
		}},
		{"a bad UserID", `people:
  yuna: {id: "@yuna", slack: U0YUNA}
`, []string{
			`2:14: "@yuna" is a person in a chat, no UserID: write the UserID in Tencent Chat, like u_8821`,
		}},
		{"nothing behind a platform", `people:
  yuna: {id: u_1, slack: }
`, []string{
			`2:25: slack of "yuna" is empty: write one account, like slack: U0YUNA`,
		}},
		{"names that differ in Unicode's form alone", "people:\n  s\u00e9b: u_1\n  se\u0301b: u_2\n", []string{
			"3:3: \"se\u0301b\" is there twice, first as \"s\u00e9b\" in line 2: keep one of them",
		}},
	})
}

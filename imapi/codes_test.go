package imapi

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// documentedCodes are the codes of modify_admin's page (1047/60525), of the
// REST gateway (1047/34620) and of the group service (1047/34348).
var documentedCodes = [...]int{
	10001, 10002, 10003, 10004, 10005, 10006, 10007, 10008, 10009, 10010, 10011, 10012, 10013, 10014, 10015, 10016, 10017,
	10018, 10019, 10021, 10023, 10024, 10025, 10026, 10030, 10031, 10032, 10033, 10034, 10035, 10036, 10037, 10038, 10041, 10056,
	60002, 60003, 60004, 60005, 60006, 60007, 60008, 60009, 60010, 60011, 60012, 60013, 60014, 60015, 60016, 60017, 60018, 60019,
	60020, 60021, 60022,
	70001, 70002, 70003, 70005, 70009, 70013, 70014, 70016, 70020, 70032, 70050, 70051, 70052, 70107, 70114, 70169, 70202, 70206,
	70346, 70347, 70398, 70399, 70402, 70403, 70500, 71000, 80001, 80002,
}

func TestEveryCodeIsInTheTableOnce(t *testing.T) {
	if got := Codes(); !slices.Equal(got, documentedCodes[:]) {
		t.Errorf("codes: %v", got)
	}
}

func TestKinds(t *testing.T) {
	for _, row := range []struct {
		kind  Kind
		codes []int
	}{
		{KindAuth, []int{10001, 60004, 60005, 60006, 60010, 60021, 70001, 70003, 70009, 70013, 70016, 70020, 70052, 70346, 70403}},
		{KindInput, []int{10003, 10004, 10005, 10015, 60002, 60003, 60009, 60012, 60015, 70206, 70402}},
		{KindRate, []int{10006, 60007, 60011, 60018, 60019, 70050}},
		{KindNotFound, []int{10010, 10019, 70107}},
		{KindPermission, []int{10007, 10016, 10026, 99999, 10099}},
		{KindPlan, []int{60020, 70398}},
		{KindTransient, []int{60014}},
		{KindAuth, []int{70999}},
	} {
		for _, code := range row.codes {
			for _, changes := range []bool{false, true} {
				if got := kindOf(code, changes); got != row.kind {
					t.Errorf("%d (changes: %t) is %q, want %q", code, changes, got, row.kind)
				}
			}
		}
	}
	for _, code := range []int{10002, 60008, 60013, 70169, 70202, 70500} {
		if read, change := kindOf(code, false), kindOf(code, true); read != KindTransient || change != KindUnknown {
			t.Errorf("%d is %q for a read, %q for a change", code, read, change)
		}
	}
	if read, change := kindOf(10008, false), kindOf(10008, true); read != KindPlan || change != KindFullOrPlan {
		t.Errorf("10008 is %q for a read, %q for a change", read, change)
	}
}

func TestEverythingIsExplained(t *testing.T) {
	kinds := []Kind{KindAuth, KindPermission, KindNotFound, KindFull, KindPlan, KindFullOrPlan, KindInput, KindRate, KindTransient, KindUnknown, KindClock}
	for _, code := range append(Codes(), 0, 1, 10099, 65432, 79999, 99999) {
		for _, kind := range kinds {
			for _, op := range []string{OpChange, opGetAdminList, opAccountCheck} {
				meaning, remedy := Explain(op, code, kind)
				name := fmt.Sprintf("%s, code %d, kind %q", op, code, kind)
				if meaning == "" || strings.HasSuffix(meaning, ".") || unicode.IsUpper([]rune(meaning)[0]) && !strings.HasPrefix(meaning, "Tencent") {
					t.Errorf("%s: %q is no clause", name, meaning)
				}
				if remedy == "" || !strings.HasSuffix(remedy, ".") || !unicode.IsUpper([]rune(remedy)[0]) && !strings.HasPrefix(remedy, "liveadmin") {
					t.Errorf("%s: %q is no sentence", name, remedy)
				}
			}
		}
	}
}

func TestExplainTells10008Apart(t *testing.T) {
	for kind, says := range map[Kind]string{KindFull: "seats", KindPlan: "plan", KindFullOrPlan: "either"} {
		if meaning, _ := Explain(OpChange, 10008, kind); !strings.Contains(meaning, says) {
			t.Errorf("%q: %q", kind, meaning)
		}
	}
}

func TestMeaningAddsTencentsWordsWhereTheCodeSaysTooLittle(t *testing.T) {
	for _, row := range []struct {
		err  Error
		adds bool
	}{
		{Error{Code: 10004, Info: "its own words", kind: KindInput}, true},
		{Error{Code: 65432, Info: "its own words", kind: KindPermission}, true},
		{Error{Code: 10010, Info: "its own words", kind: KindNotFound}, false},
		{Error{Code: 0, Info: "its own words", kind: KindTransient}, false},
	} {
		if got := strings.HasSuffix(row.err.Meaning(), ": its own words"); got != row.adds {
			t.Errorf("code %d: %q", row.err.Code, row.err.Meaning())
		}
		if row.err.Remedy() == "" {
			t.Errorf("code %d has no remedy", row.err.Code)
		}
	}
}

func TestErrorText(t *testing.T) {
	for _, row := range []struct {
		err  Error
		want string
	}{
		{Error{Op: OpChange, Code: 10010, Info: "gone", kind: KindNotFound}, "modify_admin: code 10010 (not found): gone"},
		{Error{Op: opGetAdminList, Info: "no answer within 5s", kind: KindTransient}, "get_admin_list: transient: no answer within 5s"},
	} {
		if got := row.err.Error(); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

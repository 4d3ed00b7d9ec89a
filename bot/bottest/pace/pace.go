// Package pace is for tests: it says which of them run, and for how long. The quick suite
// is what "go test ./..." runs. The long suite has more tests, and longer ones:
//
//	LIVEADMIN_TEST_LONG=10m go test -timeout 60m ./...
package pace

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// Variable is the environment variable that asks for the long suite. Its value is how long
// tests run that can run for any time, as time.ParseDuration reads it.
const Variable = "LIVEADMIN_TEST_LONG"

// Length returns how long tests run that can run for any time, and 0 in the quick suite.
func Length() time.Duration {
	value := os.Getenv(Variable)
	if value == "" {
		return 0
	}
	length, err := time.ParseDuration(value)
	if err != nil || length <= 0 {
		panic(fmt.Sprintf("%s is %q, want a duration such as 10m", Variable, value))
	}
	return length
}

// Long skips a test that is not part of the quick suite.
func Long(t testing.TB) {
	t.Helper()
	AtLeast(t, 1)
}

// AtLeast skips a test in a suite that is shorter than a number of minutes.
func AtLeast(t testing.TB, minutes int) {
	t.Helper()
	if length := Length(); length == 0 || length < time.Duration(minutes)*time.Minute && minutes > 1 {
		t.Skipf("long: runs with %s=%dm", Variable, minutes)
	}
}

// SideBySide runs the tests of a package whose tests mostly wait: more of them side by
// side than there are processors, and in the long suite, whose race detector keeps the
// processors busy, another number.
func SideBySide(m *testing.M, quick, long int) {
	Parallel(quick, long)
	m.Run()
}

// Parallel is SideBySide for tests that something else runs.
func Parallel(quick, long int) {
	n := quick
	if Length() > 0 {
		n = long
	}
	if err := flag.Set("test.parallel", strconv.Itoa(n)); err != nil {
		panic(err) // the flag no longer exists
	}
}

package grammar

import (
	"math"
	"strconv"
	"strings"
	"time"

	"liveadmin/commands"
)

const day = 24 * time.Hour

// longest is what a longer duration counts as, so that nothing overflows.
const longest = math.MaxInt64 / time.Second * time.Second

// durationUnit is a letter of a typed duration.
type durationUnit struct {
	letter byte
	length time.Duration
}

// durationUnits returns the units from long to short, the order in which they
// are typed.
func durationUnits() []durationUnit {
	return []durationUnit{{'w', 7 * day}, {'d', day}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}}
}

// ParseDuration reads "2h30m", "90m", "3d" or "2w": whole numbers with the units
// w d h m s in that order and in any case, without spaces. More than 292 years
// count as that. It reports false for anything else.
func ParseDuration(text string) (time.Duration, bool) {
	if text == "" {
		return 0, false
	}
	units := durationUnits()
	var total time.Duration
	for text = strings.ToLower(text); text != ""; {
		digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
		if digits == 0 || digits == len(text) {
			return 0, false
		}
		for len(units) > 0 && units[0].letter != text[digits] {
			units = units[1:]
		}
		if len(units) == 0 {
			return 0, false
		}
		total = addTimes(total, text[:digits], units[0].length)
		text, units = text[digits+1:], units[1:]
	}
	return total, true
}

// ParseFor reads a limit as --for takes it: from MinFor to MaxFor.
func ParseFor(text string) (time.Duration, *Mistake) {
	d, ok := ParseDuration(text)
	switch {
	case !ok:
		return 0, &Mistake{Problem: BadDuration, Word: text}
	case d < commands.MinFor || d > commands.MaxFor:
		return 0, &Mistake{Problem: DurationRange, Word: text}
	}
	return d, nil
}

// addTimes adds a number of units to a duration, up to longest.
func addTimes(total time.Duration, digits string, unit time.Duration) time.Duration {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > int64((longest-total)/unit) {
		return longest
	}
	return total + time.Duration(n)*unit
}

// FormatDuration writes a duration in whole seconds as it can be typed: "2h30m",
// "3d", "0s". Less than nothing is written as nothing.
func FormatDuration(d time.Duration) string {
	var b strings.Builder
	for _, unit := range durationUnits() {
		if unit.letter == 'w' { // people think of a show's days
			continue
		}
		if n := d / unit.length; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteByte(unit.letter)
			d -= n * unit.length
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

package grammar

import (
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"liveadmin/commands"
)

// ParseDuration reads "2h30m", "90m", "3d" or "2w": whole numbers with the units
// w d h m s in that order and in any case, without spaces, up to 292 years. It reports
// false for anything else.
func ParseDuration(text string) (time.Duration, bool) {
	text = strings.ToLower(text)
	if text == "0" || strings.Contains(text, "y") || strings.Contains(text, "ms") {
		return 0, false // the library reads more than people are offered
	}
	d, err := model.ParseDuration(text)
	return time.Duration(d), err == nil
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

// FormatDuration writes a duration in whole seconds as it can be typed: "2h30m",
// "3d", "0s". People think of a show's days, not weeks. A negative one is "0s".
func FormatDuration(d time.Duration) string {
	var b strings.Builder
	for _, unit := range [...]struct {
		letter byte
		length time.Duration
	}{{'d', 24 * time.Hour}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}} {
		if n := d / unit.length; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteByte(unit.letter)
			d %= unit.length
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

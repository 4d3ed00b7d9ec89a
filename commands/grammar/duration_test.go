package grammar

import (
	"testing"
	"time"
)

const day = 24 * time.Hour

func TestParseDuration(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       time.Duration
		ok         bool
	}{
		{"hours and minutes", "2h30m", 150 * time.Minute, true},
		{"minutes", "90m", 90 * time.Minute, true},
		{"days", "3d", 72 * time.Hour, true},
		{"days and hours", "1d12h", 36 * time.Hour, true},
		{"seconds", "45s", 45 * time.Second, true},
		{"weeks", "2w", 14 * 24 * time.Hour, true},
		{"every unit", "1w1d1h1m1s", 8*24*time.Hour + time.Hour + time.Minute + time.Second, true},
		{"any case", "2H30M", 150 * time.Minute, true},
		{"leading zeros", "007m", 7 * time.Minute, true},
		{"nothing of it", "0s", 0, true},
		{"292 years", "106751d", 106751 * day, true},
		{"more than can be counted", "106752d", 0, false},
		{"more digits than can be counted", "99999999999999999999999s", 0, false},
		{"more in sum than can be counted", "106751d99h", 0, false},
		{"nothing without a unit", "0", 0, false},
		{"empty", "", 0, false},
		{"no unit", "90", 0, false},
		{"no number", "h", 0, false},
		{"a unit twice", "1h1h", 0, false},
		{"short before long", "30m2h", 0, false},
		{"a fraction", "1.5h", 0, false},
		{"a sign", "+1h", 0, false},
		{"less than nothing", "-1h", 0, false},
		{"a space", "2h 30m", 0, false},
		{"another unit", "1y", 0, false},
		{"milliseconds", "5ms", 0, false},
		{"another unit in capitals", "1Y2W", 0, false},
		{"minutes and milliseconds", "1m5MS", 0, false},
		{"digits of another script", "٣d", 0, false},
		{"a letter whose lower case is ours", "1ſ", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := ParseDuration(tt.text)
			if got != tt.want || ok != tt.ok {
				t.Errorf("ParseDuration(%q) = %v, %v; want %v, %v", tt.text, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestFormatDuration(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    time.Duration
		want string
	}{
		{"hours and minutes", 150 * time.Minute, "2h30m"},
		{"days", 72 * time.Hour, "3d"},
		{"weeks are days", 14 * 24 * time.Hour, "14d"},
		{"seconds", 45 * time.Second, "45s"},
		{"less than a second is left out", 1500 * time.Millisecond, "1s"},
		{"nothing", 0, "0s"},
		{"less than nothing", -time.Hour, "0s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := FormatDuration(tt.d); got != tt.want {
				t.Errorf("FormatDuration(%d) = %q, want %q", tt.d, got, tt.want)
			}
		})
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"2h30m", "3d", "1w1d1h1m1s", "99999999999999999999d", "1.5h", "h", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := ParseDuration(text)
		if !ok {
			return
		}
		if d < 0 {
			t.Fatalf("ParseDuration(%q) = %v", text, d)
		}
		if again, ok := ParseDuration(FormatDuration(d)); !ok || again != d {
			t.Errorf("%v is written as %q, which is read as %v, %v", d, FormatDuration(d), again, ok)
		}
	})
}

func TestParseFor(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       time.Duration
		problem    Problem
	}{
		{"the shortest", "1s", time.Second, ""},
		{"the longest", "30d", 30 * day, ""},
		{"the longest in other units", "29d24h", 30 * day, ""},
		{"nothing of it", "0s", 0, DurationRange},
		{"a second more", "30d1s", 0, DurationRange},
		{"a week", "1w", 7 * day, ""},
		{"the longest in weeks", "4w2d", 30 * day, ""},
		{"more weeks", "5w", 0, DurationRange},
		{"no unit", "90", 0, BadDuration},
		{"empty", "", 0, BadDuration},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, m := ParseFor(tt.text)
			if got != tt.want || (m == nil) != (tt.problem == "") || m != nil && (m.Problem != tt.problem || m.Word != tt.text) {
				t.Errorf("ParseFor(%q) = %v, %+v, want %v, %q", tt.text, got, m, tt.want, tt.problem)
			}
		})
	}
}

package commands_test

import (
	"testing"

	"liveadmin/commands"
)

// TestNearest: a locale as platforms write it leads to the nearest language, and to English
// where none is near.
func TestNearest(t *testing.T) {
	for locale, want := range map[string]commands.Language{
		"en-US": "en", "en-GB": "en", "zh-CN": "zh-Hans", "zh": "zh-Hans", "zh-SG": "zh-Hans", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant",
		"zh-MO": "zh-Hant", "ja": "ja", "ja-JP": "ja", "ko": "ko", "ko-KR": "ko", "id": "id", "in-ID": "id", "pt-BR": "en", "sv-SE": "en",
		"": "en", "no locale": "en", "x\x00": "en", "zh_TW": "zh-Hant",
	} {
		if got := commands.Nearest(locale); got != want {
			t.Errorf("%q leads to %s, want %s", locale, got, want)
		}
	}
}

package config

import "slices"

// checkTogether finds what is wrong with variables that are fine one by one.
// What is set badly counts as set: that has its own problem already.
func (s *settings) checkTogether() {
	s.require("IM_SDKAPPID", "copy the SDKAppID of the application from the Chat console")
	s.require("IM_SECRET_KEY", "copy the key of the application from the Chat console")
	if !s.given("IM_BASE_URL") {
		s.require("IM_REGION", regionRemedy())
	}
	s.checkSlack()
	if s.given("DISCORD_PUBLIC_KEY") && !s.given("DISCORD_TOKEN") {
		s.note("DISCORD_PUBLIC_KEY", wrong("is set without DISCORD_TOKEN", "set DISCORD_TOKEN too, or remove DISCORD_PUBLIC_KEY")...)
	}
}

func (s *settings) require(name, remedy string) {
	if !s.given(name) {
		s.note(name, wrong("is not set", remedy)...)
	}
}

func (s *settings) checkSlack() {
	ways := []string{"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}
	if s.given("SLACK_BOT_TOKEN") {
		if !s.given(ways[0]) && !s.given(ways[1]) {
			s.note("SLACK_BOT_TOKEN", wrong("is set without a way for commands to arrive",
				"set SLACK_APP_TOKEN too (Socket Mode), or SLACK_SIGNING_SECRET (HTTP mode)")...)
		}
		return
	}
	for _, way := range ways {
		if s.given(way) {
			s.note(way, wrong("is set without SLACK_BOT_TOKEN", "set SLACK_BOT_TOKEN too, or remove "+way)...)
		}
	}
}

// checkPlatforms finds that nothing is set of any platform. What is set of one has its
// own problems.
func (s *settings) checkPlatforms() {
	names := []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DISCORD_TOKEN", "DISCORD_PUBLIC_KEY"}
	if !slices.ContainsFunc(names, s.given) {
		s.note("SLACK_BOT_TOKEN", wrong("no platform has credentials, so there is nobody to talk to",
			"set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP), or DISCORD_TOKEN, or both; liveadmin demo needs none")...)
	}
}

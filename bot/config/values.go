package config

import (
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"liveadmin/imapi"
)

func setSDKAppID(c *Config, value string) []Problem {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil || id <= 0 {
		return wrong(fmt.Sprintf("%q is no SDKAppID", value), "write a number like 1400000000, from the Chat console")
	}
	c.IM.SDKAppID = id
	return nil
}

func setKey(c *Config, value string) []Problem {
	return setToken(&c.IM.Key, value, "", "the key of the application from the Chat console")
}

func setIdentifier(c *Config, value string) []Problem {
	id, err := imapi.ParseUserID(value)
	if err != nil {
		return wrong(fmt.Sprintf("%q is no account name (%v)", value, err),
			fmt.Sprintf("name an app administrator account: at most %d letters, digits and other ASCII characters", imapi.MaxUserIDBytes))
	}
	c.IM.Identifier = string(id)
	return nil
}

func setRegion(c *Config, value string) []Problem {
	region, err := imapi.ParseRegion(value)
	if err != nil {
		return wrong(fmt.Sprintf("%q is no region", value), regionRemedy())
	}
	c.IM.Region = string(region)
	return nil
}

func regionRemedy() string {
	return "write the application's region: " + strings.Join(imapi.Regions(), ", ")
}

func setRateLimit(c *Config, value string) []Problem {
	limit, err := strconv.Atoi(value)
	if err != nil || limit < imapi.MinRateLimit || limit > imapi.MaxRateLimit {
		return wrong(fmt.Sprintf("%q is no rate limit", value),
			fmt.Sprintf("write a number of calls a second from %d to %d", imapi.MinRateLimit, imapi.MaxRateLimit))
	}
	c.IM.RateLimit = limit
	return nil
}

func setBotToken(c *Config, value string) []Problem {
	return setToken(&c.Slack.BotToken, value, "xoxb-", `the bot token from the app's page "OAuth & Permissions"`)
}

func setAppToken(c *Config, value string) []Problem {
	return setToken(&c.Slack.AppToken, value, "xapp-", `the app-level token from the app's page "Basic Information"`)
}

func setSigningSecret(c *Config, value string) []Problem {
	return setToken(&c.Slack.SigningSecret, value, "", `the signing secret from the app's page "Basic Information"`)
}

func setDiscordToken(c *Config, value string) []Problem {
	return setToken(&c.Discord.Token, value, "", `the token from the application's page "Bot"`)
}

// setToken takes a key or a token that begins with a prefix, unless it has a
// character that only a slip in copying can have brought in.
func setToken(into *imapi.Secret, value, prefix, source string) []Problem {
	remedy := "copy " + source
	if !strings.HasPrefix(value, prefix) {
		return wrong("does not begin with "+prefix, remedy)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return wrong("has a space or another character that cannot be in it", remedy+" again")
	}
	*into = imapi.NewSecret(value)
	return nil
}

func setPublicKey(c *Config, value string) []Problem {
	const keyBytes = 32
	key, err := hex.DecodeString(value)
	if err != nil || len(key) != keyBytes {
		return wrong(fmt.Sprintf("%q is no public key", value),
			`copy the public key, 64 hexadecimal digits, from the application's page "General Information"`)
	}
	c.Discord.PublicKey = value
	return nil
}

func setGuildID(c *Config, value string) []Problem {
	if !isNumber(value) {
		return wrong(fmt.Sprintf("%q is no server ID", value),
			`write a number like 165511591545143296 (right-click on the server, "Copy Server ID")`)
	}
	c.Discord.GuildID = value
	return nil
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func setPolicyFile(c *Config, value string) []Problem {
	c.PolicyFile = value
	return nil
}

func setLogLevel(c *Config, value string) []Problem {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(value, level.String()) {
			c.LogLevel = level
			return nil
		}
	}
	return wrong(fmt.Sprintf("%q is no log level", value), "write debug, info, warn or error")
}

func setLogFormat(c *Config, value string) []Problem {
	format := strings.ToLower(value)
	if format != "text" && format != "json" {
		return wrong(fmt.Sprintf("%q is no log format", value), "write text or json")
	}
	c.LogFormat = format
	return nil
}

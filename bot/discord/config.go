package discord

import (
	"cmp"
	"crypto/ed25519"
	"encoding/hex"
	"errors"

	"liveadmin/bot"
	"liveadmin/imapi"
)

// Config is the application in Discord. With a public key it works over HTTP, otherwise
// on the gateway. The tags name and explain the variables.
type Config struct {
	Token     imapi.Secret `env:"DISCORD_TOKEN" doc:"The bot token. Turns Discord on."`
	PublicKey string       `env:"DISCORD_PUBLIC_KEY" doc:"The public key, for interactions over HTTP instead of the gateway."`
	GuildID   string       `env:"DISCORD_GUILD_ID" doc:"The one server of the bot: the command is there at once, other servers are refused. Without it: all servers."`
	APIURL    string       `env:"DISCORD_API_URL" doc:"Replaces https://discord.com."`
}

// HasCredentials reports whether there is all that is needed to connect.
func (c Config) HasCredentials() bool { return !c.Token.Empty() }

// Validate returns everything that is wrong. A Config without a token is valid: it leaves
// Discord out.
func (c Config) Validate() bot.Problems {
	var p bot.Problems
	p.Check("DISCORD_TOKEN", c.Token.CheckToken(""), `copy the token from the application's page "Bot" again`)
	_, err := c.key()
	p.Check("DISCORD_PUBLIC_KEY", err, `copy the public key, 64 hexadecimal digits, from the application's page "General Information"`)
	if c.PublicKey != "" && c.Token.Empty() {
		p.Add("DISCORD_PUBLIC_KEY", "is set without DISCORD_TOKEN", "set DISCORD_TOKEN too, or remove DISCORD_PUBLIC_KEY")
	}
	if c.GuildID != "" && !snowflake.MatchString(c.GuildID) {
		p.Add("DISCORD_GUILD_ID", "is no server ID", `write a number like 165511591545143296 (right-click on the server, "Copy Server ID")`)
	}
	_, err = c.host()
	p.Check("DISCORD_API_URL", err, "write only scheme://host or scheme://host:port, like https://discord.com")
	return p
}

// key is the public key, or nil if there is none.
func (c Config) key() (ed25519.PublicKey, error) {
	key, err := hex.DecodeString(c.PublicKey)
	if err != nil || len(key) != 0 && len(key) != ed25519.PublicKeySize {
		return nil, errors.New("is no public key")
	}
	return key, nil
}

// host is the address of the API, scheme://host[:port].
func (c Config) host() (string, error) {
	u, err := imapi.ParseBaseURL(cmp.Or(c.APIURL, apiHost))
	if err != nil {
		return "", err
	}
	if u.Path != "" {
		return "", errors.New("has a path")
	}
	return u.String(), nil
}

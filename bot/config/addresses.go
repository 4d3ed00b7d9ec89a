package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"liveadmin/bot/journal"
	"liveadmin/imapi"
)

// setBaseURL lets imapi judge, whose rule it is: the other values it is given
// are only there to pass.
func setBaseURL(c *Config, value string) []Problem {
	app := imapi.App{SDKAppID: 1, Key: imapi.NewSecret("key"), Identifier: "administrator"}
	if _, err := imapi.New(app, imapi.WithBaseURL(value)); err != nil {
		return wrong(shownURL(value)+" cannot be used", err.Error())
	}
	c.IM.BaseURL = value
	return nil
}

func setSlackURL(c *Config, value string) []Problem {
	u, ok := parseURL(value)
	if !ok {
		return wrong(shownURL(value)+" cannot be used", "write a URL like https://slack.com/api/ (http:// only on a loopback address), without user, query and fragment")
	}
	c.Slack.APIURL = strings.TrimRight(u.String(), "/") + "/"
	return nil
}

func setDiscordURL(c *Config, value string) []Problem {
	u, ok := parseURL(value)
	if !ok || strings.Trim(u.Path, "/") != "" {
		return wrong(shownURL(value)+" cannot be used", "write only scheme://host or scheme://host:port, like https://discord.com (http:// only on a loopback address)")
	}
	c.Discord.APIURL = u.Scheme + "://" + u.Host
	return nil
}

// parseURL takes an https URL that ends with its path, or an http one of a loopback address:
// tokens must not cross a network in the clear.
func parseURL(value string) (*url.URL, bool) {
	u, err := url.Parse(value)
	ok := err == nil && u.Hostname() != "" && u.User == nil && !strings.ContainsAny(value, "?#") &&
		(u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
	return u, ok
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// shownURL quotes a URL, unless it may hold a password.
func shownURL(value string) string {
	if strings.ContainsAny(value, "@?") {
		return "the URL (not shown, because it may hold a password)"
	}
	return strconv.Quote(value)
}

// setDatabase lets the journal judge what follows the scheme.
func setDatabase(c *Config, value string) []Problem {
	const remedy = "write sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE"
	scheme, rest, _ := strings.Cut(value, "://")
	if rest == "" || scheme != "sqlite" && scheme != "postgres" && scheme != "postgresql" {
		return wrong("is no URL of a database", remedy)
	}
	if bad, ok := errors.AsType[*journal.URLError](journal.CheckURL(value)); ok {
		return wrong("cannot be used: "+bad.Problem, remedy)
	}
	c.Database = imapi.NewSecret(value)
	return nil
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9._-]*$`)

func setHTTPAddr(c *Config, value string) []Problem {
	host, port, err := net.SplitHostPort(value)
	_, notIP := netip.ParseAddr(host)
	_, notPort := strconv.ParseUint(port, 10, 16)
	if err != nil || notPort != nil || notIP != nil && !hostName.MatchString(host) {
		return wrong(fmt.Sprintf("%q is no address to listen on", value), "write host:port, like 127.0.0.1:8080, or :8080 for every interface")
	}
	c.HTTPAddr = value
	return nil
}

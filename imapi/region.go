package imapi

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Region is the data centre of an application. It is chosen when the
// application is created and cannot be changed.
type Region string

// regionDomains are the dedicated domains of a region (1047/34620). The backup
// is meant for names that do not resolve, or resolve to someone else.
type regionDomains struct {
	region          Region
	primary, backup string
}

var regions = [...]regionDomains{
	{"china", "console.tim.qq.com", "adminapi.my-imcloud.com"},
	{"singapore", "adminapisgp.im.qcloud.com", "adminapisgp.my-imcloud.com"},
	{"seoul", "adminapikr.im.qcloud.com", "adminapikr.my-imcloud.com"},
	{"tokyo", "adminapijpn.im.qcloud.com", "adminapijpn.my-imcloud.com"},
	{"frankfurt", "adminapiger.im.qcloud.com", "adminapiger.my-imcloud.com"},
	{"siliconvalley", "adminapiusa.im.qcloud.com", "adminapiusa.my-imcloud.com"},
	{"jakarta", "adminapiidn.im.qcloud.com", "adminapiidn.my-imcloud.com"},
}

// Regions lists the names of all regions.
func Regions() []string {
	var names []string
	for _, d := range regions {
		names = append(names, string(d.region))
	}
	return names
}

// ParseRegion takes a name of Regions, in any case.
func ParseRegion(name string) (Region, error) {
	r := Region(strings.ToLower(name))
	if _, err := r.domains(); err != nil {
		return "", err
	}
	return r, nil
}

func (r Region) domains() (regionDomains, error) {
	for _, d := range regions {
		if d.region == r {
			return d, nil
		}
	}
	return regionDomains{}, fmt.Errorf("there is no region %q; the regions are %s", string(r), strings.Join(Regions(), ", "))
}

// ParseBaseURL returns the address of an API, without slashes at its end: tokens cross a
// network only under https. Its errors go on after the name of what is wrong, and do not
// show the URL, which may hold a password by mistake.
func ParseBaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return nil, errors.New("is no URL like https://host")
	case u.User != nil:
		return nil, errors.New("must not hold a user or a password")
	case strings.ContainsAny(raw, "?#"):
		return nil, errors.New("must not have a query or a fragment")
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	default:
		return nil, errors.New("must begin with https:// (http:// only on a loopback address)")
	}
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// backupTime is how long a backup that worked is tried first.
const backupTime = 5 * time.Minute

// hosts remembers which of the domains works.
type hosts struct {
	bases []*url.URL // the primary, then its backup if there is one

	mu          sync.Mutex
	backupUntil time.Time
}

// order lists the bases, the one to be tried first at the front.
func (h *hosts) order() []*url.URL {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.bases) == 2 && time.Now().Before(h.backupUntil) {
		return []*url.URL{h.bases[1], h.bases[0]}
	}
	return h.bases
}

// connected notes that the second of an order was reached after the first was
// not.
func (h *hosts) connected(base *url.URL) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.backupUntil = time.Time{}
	if base != h.bases[0] {
		h.backupUntil = time.Now().Add(backupTime)
	}
}

package cli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"liveadmin/bot/config"
)

// healthTime is how long the running instance may take to answer.
const healthTime = 3 * time.Second

// healthcheck asks the instance that runs on this machine whether it lives. It needs
// no other setting than HTTP_ADDR.
func healthcheck(ctx context.Context, environ []string) error {
	addr, err := config.HTTPAddr(".", environ)
	if err == nil {
		err = askHealth(ctx, nearby(addr))
	}
	if err != nil {
		return &failure{ExitFailed, fmt.Errorf("not healthy: %w", err)}
	}
	return nil
}

// nearby is where something that listens on addr is reached from this machine.
func nearby(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	if host != "" && !net.ParseIP(host).IsUnspecified() {
		return addr
	}
	return net.JoinHostPort("127.0.0.1", port)
}

func askHealth(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/healthz", nil)
	if err != nil {
		return err
	}
	// Below http.Client: no redirect is followed. And no proxy is asked.
	res, err := new(http.Transport).RoundTrip(req)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s does not answer within %s", addr, healthTime)
	case err != nil:
		return fmt.Errorf("%s does not answer: %w", addr, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", addr, res.Status)
	}
	return nil
}

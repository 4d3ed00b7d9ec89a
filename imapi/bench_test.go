package imapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

const okReply = `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"Admin_List":[{"Admin_Account":"user1","NickName":"User","Avatar":""}]}`

// newUnlimitedClient has a limit that calls in turn never reach, so that the
// call itself can be measured.
func newUnlimitedClient(b *testing.B, base string) *Client {
	c := newClient(b, base)
	c.limiter = newLimiter(30_000)
	return c
}

// BenchmarkCallAgainstRawPost compares a call with the same POST by an ordinary
// http.Client that reads the answer and drops it, over a kept-alive connection
// to the same server, call by call in turns. It should cost up to 1.20 times as
// much.
func BenchmarkCallAgainstRawPost(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, okReply)
	}))
	defer server.Close()
	c := newUnlimitedClient(b, server.URL)
	sig, err := c.signer.signature()
	if err != nil {
		b.Fatal(err)
	}
	body, err := json.Marshal(struct{ GroupId GroupID }{show})
	if err != nil {
		b.Fatal(err)
	}
	url := c.url(c.hosts.bases[0], opGetAdminList, sig).String()
	client := &http.Client{}
	ctx := context.Background()
	ours := func() error {
		_, err := c.Admins(ctx, show)
		return err
	}
	raw := func() error {
		res, err := client.Post(url, "application/json", bytes.NewReader(body))
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	var took [2][]time.Duration
	for b.Loop() {
		for i, call := range []func() error{ours, raw} {
			start := time.Now()
			if err := call(); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	our, plainly := median(took[0]), median(took[1])
	b.ReportMetric(float64(our)/float64(plainly), "times-raw")
	b.ReportMetric(float64(our.Nanoseconds()), "ns/call")
	b.ReportMetric(float64(plainly.Nanoseconds()), "ns/raw-call")
}

// median does not mind what else the machine was doing at times.
func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// BenchmarkBurst sends 1,000 calls at once at limit 200, which allows them in
// 5 s.
func BenchmarkBurst(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, okReply)
	}))
	defer server.Close()
	const calls, limit = 1000, 200
	var took time.Duration
	for b.Loop() {
		c := newClient(b, server.URL, WithRateLimit(limit))
		start := time.Now()
		var wg sync.WaitGroup
		for i := range calls {
			wg.Go(func() {
				if _, err := c.Admins(context.Background(), GroupID(fmt.Sprint("show", i))); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		took += time.Since(start)
	}
	b.ReportMetric(took.Seconds()/float64(b.N)/(calls/limit), "times-5s")
}

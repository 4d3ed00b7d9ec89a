package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"liveadmin/bot"
	"liveadmin/commands"
	"liveadmin/imapi"
)

// Build is what was built, as liveadmin_build_info shows it.
type Build struct{ Version, Commit, Go string }

// Metrics counts and measures for Prometheus. It observes the bot and the client of
// the API, and learns when the config file was read. No label names a user or a
// group, and each has few values. It is safe for use by many goroutines.
type Metrics struct {
	registry *prometheus.Registry
	codes    []int // documented by Tencent
	watched  atomic.Pointer[watched]

	commands     *prometheus.CounterVec
	acknowledged *prometheus.HistogramVec
	completed    *prometheus.HistogramVec
	gaveUp       *prometheus.CounterVec
	decided      *prometheus.HistogramVec
	dropped      prometheus.Counter
	calls        *prometheus.CounterVec
	called       *prometheus.HistogramVec
	waited       *prometheus.HistogramVec
	reloads      *prometheus.CounterVec
	configGood   prometheus.Gauge
}

// watched is what every scrape asks.
type watched struct {
	counts    func(context.Context) (bot.Counts, error)
	platforms []Check
}

var (
	_ bot.Observer   = (*Metrics)(nil)
	_ imapi.Observer = (*Metrics)(nil)
)

// prefix begins the name of each metric of the bot.
const prefix = "liveadmin_"

// NewMetrics makes metrics in a registry of their own, with those of Go and of the process.
func NewMetrics(b Build) *Metrics {
	// Where histograms are cut, in seconds. A platform waits 3 s for an
	// acknowledgement; a try at the API ends after 5 s, work on a group after 30 s.
	quick := []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 3}
	usual := []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5}
	long := []float64{.001, .01, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900}
	asked := []float64{5, 30, 60, 300, 900, 1800, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600}
	registry := prometheus.NewRegistry()
	register := promauto.With(prometheus.WrapRegistererWithPrefix(prefix, registry))
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return register.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, label string) *prometheus.HistogramVec {
		return register.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, []string{label})
	}
	m := &Metrics{
		registry: registry,
		codes:    append(imapi.Codes(), 0),

		commands:     counter("commands_total", "Commands that have ended, or were answered at once.", "platform", "verb", "outcome"),
		acknowledged: histogram("acknowledgement_seconds", "From the arrival of a command to its acknowledgement.", quick, "platform"),
		completed:    histogram("completion_seconds", "From the acceptance of a command to its posted result.", long, "platform"),
		gaveUp:       counter("posts_given_up_total", "Entries whose messages could not be posted for a day.", "platform"),
		decided:      histogram("request_seconds", "From the asking of a request to its end, by what was decided.", asked, "decision"),
		dropped: register.NewCounter(prometheus.CounterOpts{
			Name: "gateway_messages_dropped_total", Help: "Messages from Discord's gateway that were bad and therefore dropped.",
		}),
		calls:   counter("api_calls_total", "Requests to Tencent Chat by ErrorCode: 0 is success, none is no answer.", "api", "code"),
		called:  histogram("api_call_seconds", "From the turn of a request to Tencent Chat to its end.", usual, "api"),
		waited:  histogram("api_wait_seconds", "How long a request to Tencent Chat has waited for its turn.", long, "api"),
		reloads: counter("config_reloads_total", "Times that the config file was read, the first time included.", "result"),
		configGood: register.NewGauge(prometheus.GaugeOpts{
			Name: "config_file_good", Help: "1, or 0 while the config file is broken and the rules before hold.",
		}),
	}
	m.Watch(func(context.Context) (bot.Counts, error) { return bot.Counts{}, nil })
	m.configGood.Set(1)
	for _, result := range []string{"taken", "refused"} {
		m.reloads.WithLabelValues(result)
	}
	register.NewGauge(prometheus.GaugeOpts{
		Name: "build_info", Help: "What is running; always 1.",
		ConstLabels: prometheus.Labels{"version": b.Version, "commit": b.Commit, "go_version": b.Go},
	}).Set(1)
	registry.MustRegister(
		prometheus.CollectorFunc(m.scrape),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// Watch names what every scrape asks, for up to two seconds: how much is still to
// do, and whether each platform is ready.
func (m *Metrics) Watch(counts func(context.Context) (bot.Counts, error), platforms ...Check) {
	m.watched.Store(&watched{counts, platforms})
	for _, p := range platforms {
		m.gaveUp.WithLabelValues(p.Name)
	}
}

// scrape measures what is asked for at the moment of a scrape. While the database does not
// answer, what is in it is left out.
func (m *Metrics) scrape(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	gauge := func(name, help string, value int, labels prometheus.Labels) {
		desc := prometheus.NewDesc(prefix+name, help, nil, labels)
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(value))
	}
	w := m.watched.Load()
	for _, p := range w.platforms {
		connected := 0
		if ready, _ := p.State(ctx); ready {
			connected = 1
		}
		gauge("platform_connected", "1 while commands can arrive from the platform, else 0; /readyz says why.",
			connected, prometheus.Labels{"platform": p.Name})
	}
	const up = "1 if the database answered this scrape in time, else 0."
	c, err := w.counts(ctx)
	if err != nil {
		gauge("database_up", up, 0, nil)
		return
	}
	gauge("database_up", up, 1, nil)
	for _, state := range []bot.State{bot.Asked, bot.Accepted, bot.Done} {
		gauge("open_entries", "Entries that are not closed, of every instance on the database.",
			c.Open[state], prometheus.Labels{"state": string(state)})
	}
	gauge("grants", "Administrators on record whose right has an end, of every instance on the database.", c.Grants, nil)
	gauge("damaged_entries", "Entries on record that this instance could not read; /readyz has their numbers.", c.Damaged, nil)
}

// Handler serves the metrics. What cannot be read right now is left out.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// Acknowledged is of bot.Observer.
func (m *Metrics) Acknowledged(platform string, took time.Duration) {
	m.acknowledged.WithLabelValues(platform).Observe(took.Seconds())
}

// Ended is of bot.Observer.
func (m *Metrics) Ended(platform string, verb commands.Verb, outcome commands.Status, took time.Duration) {
	if verb == "" { // of a mistake
		verb = "none"
	}
	m.commands.WithLabelValues(platform, string(verb), string(outcome)).Inc()
	if took > 0 {
		m.completed.WithLabelValues(platform).Observe(took.Seconds())
	}
}

// GaveUp is of bot.Observer.
func (m *Metrics) GaveUp(platform string) { m.gaveUp.WithLabelValues(platform).Inc() }

// Decided is of bot.Observer.
func (m *Metrics) Decided(_ string, decision bot.Event, took time.Duration) {
	m.decided.WithLabelValues(string(decision)).Observe(took.Seconds())
}

// GatewayDropped counts a message of Discord's gateway that was bad and therefore dropped.
func (m *Metrics) GatewayDropped() { m.dropped.Inc() }

// Tried is of imapi.Observer. Codes that Tencent does not document share a label.
func (m *Metrics) Tried(op string, code int, kind imapi.Kind, took time.Duration) {
	label := strconv.Itoa(code)
	switch {
	case code == 0 && kind != "":
		label = "none"
	case !slices.Contains(m.codes, code):
		label = "other"
	}
	m.calls.WithLabelValues(op, label).Inc()
	m.called.WithLabelValues(op).Observe(took.Seconds())
}

// Waited is of imapi.Observer.
func (m *Metrics) Waited(op string, took time.Duration) {
	m.waited.WithLabelValues(op).Observe(took.Seconds())
}

// ConfigRead notes that the config file was read, and with which error it was refused, if it was.
func (m *Metrics) ConfigRead(err error) {
	if err != nil {
		m.reloads.WithLabelValues("refused").Inc()
		m.configGood.Set(0)
		return
	}
	m.reloads.WithLabelValues("taken").Inc()
	m.configGood.Set(1)
}

package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
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
	scraped  *scraped
	codes    map[int]string // the label of each documented code

	commands     *prometheus.CounterVec
	acknowledged *prometheus.HistogramVec
	completed    *prometheus.HistogramVec
	gaveUp       *prometheus.CounterVec
	dropped      prometheus.Counter
	calls        *prometheus.CounterVec
	called       *prometheus.HistogramVec
	waited       *prometheus.HistogramVec
	reloads      *prometheus.CounterVec
	configGood   prometheus.Gauge
}

var (
	_ bot.Observer   = (*Metrics)(nil)
	_ imapi.Observer = (*Metrics)(nil)
)

// Labels and their values that do not come from elsewhere.
const (
	platformLabel = "platform"
	apiLabel      = "api"
	resultLabel   = "result"

	noVerb    = "none"  // of a mistake in which no verb was found
	noCode    = "none"  // no answer of the API came
	otherCode = "other" // the API's documents do not have it
	taken     = "taken"
	refused   = "refused"
)

// NewMetrics makes metrics in a registry of their own, with those of Go and of the
// process.
func NewMetrics(b Build) *Metrics {
	// Where histograms are cut, in seconds. A platform waits 3 s for an
	// acknowledgement; a try at the API ends after 5 s, work on a group after 30 s.
	quick := []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 3}
	usual := []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5}
	long := []float64{.001, .01, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		scraped:  newScraped(),
		codes:    codeLabels(),

		commands:     counter("commands_total", "Commands that have ended, or were answered at once.", platformLabel, "verb", "outcome"),
		acknowledged: histogram("acknowledgement_seconds", "From the arrival of a command to its acknowledgement.", quick, platformLabel),
		completed:    histogram("completion_seconds", "From the acceptance of a command to its posted result.", long, platformLabel),
		gaveUp:       counter("posts_given_up_total", "Entries whose messages could not be posted for a day.", platformLabel),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: name("gateway_messages_dropped_total"), Help: "Messages from Discord's gateway that were bad and therefore dropped.",
		}),
		calls:   counter("api_calls_total", "Requests to Tencent Chat by ErrorCode: 0 is success, none is no answer.", apiLabel, "code"),
		called:  histogram("api_call_seconds", "From the turn of a request to Tencent Chat to its end.", usual, apiLabel),
		waited:  histogram("api_wait_seconds", "How long a request to Tencent Chat has waited for its turn.", long, apiLabel),
		reloads: counter("config_reloads_total", "Times that the config file was read, the first time included.", resultLabel),
		configGood: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: name("config_file_good"), Help: "1, or 0 while the config file is broken and the rules before hold.",
		}),
	}
	m.configGood.Set(1)
	for _, result := range []string{taken, refused} {
		m.reloads.WithLabelValues(result)
	}
	m.registry.MustRegister(
		m.commands, m.acknowledged, m.completed, m.gaveUp, m.dropped, m.calls, m.called, m.waited, m.reloads, m.configGood,
		m.scraped, b.info(),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// codeLabels are the labels of the codes that Tencent documents.
func codeLabels() map[int]string {
	labels := map[int]string{0: "0"}
	for _, code := range imapi.Codes() {
		labels[code] = strconv.Itoa(code)
	}
	return labels
}

// info is a gauge that is always 1.
func (b Build) info() prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: name("build_info"), Help: "What is running; always 1.",
		ConstLabels: prometheus.Labels{"version": b.Version, "commit": b.Commit, "go_version": b.Go},
	})
	g.Set(1)
	return g
}

func name(of string) string { return "liveadmin_" + of }

func counter(of, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name(of), Help: help}, labels)
}

func histogram(of, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name(of), Help: help, Buckets: buckets}, labels)
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
	if verb == "" {
		verb = noVerb
	}
	m.commands.WithLabelValues(platform, string(verb), string(outcome)).Inc()
	if took > 0 {
		m.completed.WithLabelValues(platform).Observe(took.Seconds())
	}
}

// GaveUp is of bot.Observer.
func (m *Metrics) GaveUp(platform string) { m.gaveUp.WithLabelValues(platform).Inc() }

// GatewayDropped counts a message of Discord's gateway that was bad and therefore dropped.
func (m *Metrics) GatewayDropped() { m.dropped.Inc() }

// Tried is of imapi.Observer.
func (m *Metrics) Tried(op string, code int, kind imapi.Kind, took time.Duration) {
	label, documented := m.codes[code]
	switch {
	case !documented:
		label = otherCode
	case code == 0 && kind != "":
		label = noCode
	}
	m.calls.WithLabelValues(op, label).Inc()
	m.called.WithLabelValues(op).Observe(took.Seconds())
}

// Waited is of imapi.Observer.
func (m *Metrics) Waited(op string, took time.Duration) {
	m.waited.WithLabelValues(op).Observe(took.Seconds())
}

// ConfigRead notes that the config file was read, and with which error it was refused,
// if it was.
func (m *Metrics) ConfigRead(err error) {
	if err != nil {
		m.reloads.WithLabelValues(refused).Inc()
		m.configGood.Set(0)
		return
	}
	m.reloads.WithLabelValues(taken).Inc()
	m.configGood.Set(1)
}

// Counts is how much there is still to do, on record in the database.
type Counts struct {
	Open   map[bot.State]int // entries that are not closed
	Grants int               // limits on record

	Damaged int // entries that this instance could not read
}

// scraped is what is asked for at the moment of a scrape.
type scraped struct {
	counts    func(context.Context) (Counts, error)
	platforms []Check

	connected, database, open, grants, damaged *prometheus.Desc
}

func newScraped() *scraped {
	desc := func(of, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name(of), help, labels, nil)
	}
	return &scraped{
		counts:    func(context.Context) (Counts, error) { return Counts{}, nil },
		connected: desc("platform_connected", "1 while commands can arrive from the platform, else 0; /readyz says why.", platformLabel),
		database:  desc("database_up", "1 if the database answered this scrape in time, else 0."),
		open:      desc("open_entries", "Entries that are not closed, of every instance on the database.", "state"),
		damaged:   desc("damaged_entries", "Entries on record that this instance could not read; /readyz has their numbers."),
		grants:    desc("grants", "Administrators on record whose right has an end, of every instance on the database."),
	}
}

// Watch names what every scrape asks, for up to two seconds: how much is still to
// do, and whether each platform is ready. It must come before the first scrape.
func (m *Metrics) Watch(counts func(context.Context) (Counts, error), platforms ...Check) {
	m.scraped.counts, m.scraped.platforms = counts, platforms
	for _, p := range platforms {
		m.gaveUp.WithLabelValues(p.Name)
	}
}

// Describe is of prometheus.Collector.
func (s *scraped) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.connected, s.database, s.open, s.grants, s.damaged} {
		out <- d
	}
}

// Collect is of prometheus.Collector. When the database does not answer, nothing is
// told of what is in it.
func (s *scraped) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for _, p := range s.platforms {
		ready, _ := p.State(ctx)
		gauge(s.connected, number(ready), p.Name)
	}
	c, err := s.counts(ctx)
	gauge(s.database, number(err == nil))
	if err != nil {
		return
	}
	for _, state := range []bot.State{bot.Accepted, bot.Done} {
		gauge(s.open, float64(c.Open[state]), string(state))
	}
	gauge(s.grants, float64(c.Grants))
	gauge(s.damaged, float64(c.Damaged))
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

package web

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"liveadmin/bot"
)

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

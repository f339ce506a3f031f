package main

import (
	"context"
	"errors"
	"log/slog"
	"syscall"
	"time"

	"buxun/server/sqlite"

	"github.com/prometheus/client_golang/prometheus"
)

// figures tells Prometheus what the database holds, counted when it asks.
type figures struct {
	store *sqlite.Store
	data  string // directory
	log   *slog.Logger
}

var (
	casesFigure      = prometheus.NewDesc("buxun_cases", "Cases by state.", []string{"state"}, nil)
	operationsFigure = prometheus.NewDesc("buxun_operations_total", "Operations in the log, refused ones included.", nil, nil)
	peopleFigure     = prometheus.NewDesc("buxun_people", "Accounts that are not disabled.", nil, nil)
	replicasFigure   = prometheus.NewDesc("buxun_replicas", "Replicas that are not revoked.", nil, nil)
	gapsFigure       = prometheus.NewDesc("buxun_gaps_total", "Holes in phones' chains: operations that were made and never arrived.", nil, nil)
	freeFigure       = prometheus.NewDesc("buxun_data_free_bytes", "Room for the server's user on the disk of the data directory.", nil, nil)
	photosFigure     = prometheus.NewDesc("buxun_photos", "Photos and previews by whether they are here.", []string{"here"}, nil)
)

func (f figures) Describe(out chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{casesFigure, operationsFigure, peopleFigure, replicasFigure, gapsFigure, freeFigure, photosFigure} {
		out <- one
	}
}

func (f figures) Collect(out chan<- prometheus.Metric) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(f.data, &disk); err != nil {
		f.log.Error("figures for metrics", "error", err)
	} else {
		out <- prometheus.MustNewConstMetric(freeFigure, prometheus.GaugeValue, float64(disk.Bavail)*float64(disk.Bsize))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counts, err := f.store.Counts(ctx)
	if err != nil {
		f.log.Error("figures for metrics", "error", err)
		return
	}
	tell := func(figure *prometheus.Desc, kind prometheus.ValueType, value int, labels ...string) {
		out <- prometheus.MustNewConstMetric(figure, kind, float64(value), labels...)
	}
	for state, count := range counts.Cases {
		tell(casesFigure, prometheus.GaugeValue, count, string(state))
	}
	tell(operationsFigure, prometheus.CounterValue, counts.Operations)
	tell(peopleFigure, prometheus.GaugeValue, counts.People)
	tell(replicasFigure, prometheus.GaugeValue, counts.Replicas)
	tell(gapsFigure, prometheus.CounterValue, counts.Gaps)
	tell(photosFigure, prometheus.GaugeValue, counts.PhotosHere, "yes")
	tell(photosFigure, prometheus.GaugeValue, counts.PhotosWanted, "no")
	tell(photosFigure, prometheus.GaugeValue, counts.PhotosLost, "lost")
}

// measures is what the live feed tells Prometheus.
type measures struct {
	connections prometheus.Gauge
	closed      *prometheus.CounterVec
	operations  *prometheus.CounterVec
	took        prometheus.Histogram
	batch       prometheus.Histogram
	paged       prometheus.Counter
}

func newMeasures() *measures {
	return &measures{
		connections: prometheus.NewGauge(prometheus.GaugeOpts{Name: "buxun_connections", Help: "Open websockets."}),
		closed:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: "buxun_closed_total", Help: "Websockets that the server closed, by fault."}, []string{"fault"}),
		operations:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "buxun_answers_total", Help: "Answers to operations by outcome, repeats included."}, []string{"outcome"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "buxun_commit_seconds", Help: "Time of one transaction of pushes.", Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3},
		}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "buxun_commit_operations", Help: "Operations in one transaction.", Buckets: []float64{1, 5, 20, 100, 500},
		}),
		paged: prometheus.NewCounter(prometheus.CounterOpts{Name: "buxun_pulled_cases_total", Help: "Cases that phones pulled."}),
	}
}

func (m *measures) register(registry prometheus.Registerer) error {
	var errs []error
	for _, one := range []prometheus.Collector{m.connections, m.closed, m.operations, m.took, m.batch, m.paged} {
		errs = append(errs, registry.Register(one))
	}
	return errors.Join(errs...)
}

func (m *measures) Connected(change int) { m.connections.Add(float64(change)) }

func (m *measures) Closed(code string) { m.closed.WithLabelValues(code).Inc() }

func (m *measures) Operation(outcome string) { m.operations.WithLabelValues(outcome).Inc() }

func (m *measures) Committed(operations int, took time.Duration) {
	m.batch.Observe(float64(operations))
	m.took.Observe(took.Seconds())
}

func (m *measures) Paged(cases int) { m.paged.Add(float64(cases)) }

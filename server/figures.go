package main

import (
	"context"
	"log/slog"
	"time"

	"buxun/server/sqlite"

	"github.com/prometheus/client_golang/prometheus"
)

// figures tells Prometheus what the database holds, counted when it asks.
type figures struct {
	store *sqlite.Store
	log   *slog.Logger
}

var (
	casesFigure      = prometheus.NewDesc("buxun_cases", "Cases by state.", []string{"state"}, nil)
	operationsFigure = prometheus.NewDesc("buxun_operations_total", "Operations in the log, refused ones included.", nil, nil)
	peopleFigure     = prometheus.NewDesc("buxun_people", "Accounts that are not disabled.", nil, nil)
	replicasFigure   = prometheus.NewDesc("buxun_replicas", "Replicas that are not revoked.", nil, nil)
	gapsFigure       = prometheus.NewDesc("buxun_gaps_total", "Holes in phones' chains: operations that were made and never arrived.", nil, nil)
	photosFigure     = prometheus.NewDesc("buxun_photos", "Photos and previews by whether they are here.", []string{"here"}, nil)
)

func (f figures) Describe(out chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{casesFigure, operationsFigure, peopleFigure, replicasFigure, gapsFigure, photosFigure} {
		out <- one
	}
}

func (f figures) Collect(out chan<- prometheus.Metric) {
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
}

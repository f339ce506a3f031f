package main

import (
	"slices"
	"time"
)

// median of what rounds gave.
func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	if len(sorted)%2 == 1 {
		return sorted[len(sorted)/2]
	}
	return (sorted[len(sorted)/2-1] + sorted[len(sorted)/2]) / 2
}

// percentile is the least value that so many of a hundred do not exceed.
func percentile(list []time.Duration, of int) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min((len(sorted)*of+99)/100, len(sorted))-1]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

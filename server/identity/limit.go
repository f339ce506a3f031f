package identity

import (
	"sync"
	"time"
)

// maxBuckets is how many keys a limiter remembers before it forgets those that have rested.
const maxBuckets = 10_000

// Limiter holds one token bucket a key: a burst at once, then one each interval. It is safe for concurrent use.
type Limiter struct {
	now   func() time.Time
	burst float64
	every time.Duration

	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// NewLimiter makes a limiter that lets a burst through, then one each interval.
func NewLimiter(now func() time.Time, burst int, every time.Duration) *Limiter {
	return &Limiter{now: now, burst: float64(burst), every: every, buckets: map[string]bucket{}}
}

// Take takes one token of a key. Where there is none it says after how long there will be one.
func (l *Limiter) Take(key string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.fill(key)
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) * float64(l.every)), false
	}
	b.tokens--
	l.keep(key, b)
	return 0, true
}

// Return gives a token back, for what was no guess after all.
func (l *Limiter) Return(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.fill(key)
	b.tokens = min(b.tokens+1, l.burst)
	l.keep(key, b)
}

// Size is how many keys the limiter remembers.
func (l *Limiter) Size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buckets)
}

func (l *Limiter) fill(key string) bucket {
	now := l.now()
	b, ok := l.buckets[key]
	if !ok {
		return bucket{tokens: l.burst, at: now}
	}
	b.tokens = min(b.tokens+float64(now.Sub(b.at))/float64(l.every), l.burst)
	b.at = now
	return b
}

func (l *Limiter) keep(key string, b bucket) {
	if len(l.buckets) >= maxBuckets {
		for other := range l.buckets {
			if l.fill(other).tokens >= l.burst {
				delete(l.buckets, other)
			}
		}
	}
	l.buckets[key] = b
}

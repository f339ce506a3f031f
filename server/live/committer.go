package live

import (
	"context"
	"sync"
	"time"

	"buxun/shared"
	"buxun/sync/session"
)

const (
	// batchOperations is about how many operations one transaction takes; it is full earlier only when nobody waits.
	batchOperations = 500
	// queuePushes is how many pushes wait at most, more than a transaction takes; a session whose push finds no room waits with it.
	queuePushes = 64
)

// Committer takes what all sessions have waiting into one transaction, without any timer: while one is written, the next
// gathers (R26).
type Committer struct {
	store   session.Store
	metrics Metrics
	jobs    chan job
	done    chan struct{}

	mutex   sync.RWMutex // held for reading by who submits
	stopped bool
}

type job struct {
	push   session.Push
	answer func(session.Result)
}

// NewCommitter begins to take pushes for a store. metrics may be nil. Stop ends it.
func NewCommitter(store session.Store, metrics Metrics) *Committer {
	c := &Committer{store: store, metrics: orUnmeasured(metrics), jobs: make(chan job, queuePushes), done: make(chan struct{})}
	go c.run()
	return c
}

func orUnmeasured(metrics Metrics) Metrics {
	if metrics == nil {
		return unmeasured{}
	}
	return metrics
}

// Submit queues a push and waits where the queue is full. answer is called when the push is durable or failed, in the order
// of submitting; it must not block. It errs with server.stopping after Stop.
func (c *Committer) Submit(push session.Push, answer func(session.Result)) error {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	if c.stopped {
		return shared.Fail("server.stopping", "")
	}
	c.jobs <- job{push, answer}
	return nil
}

// Commit submits a push and waits for its result. It errs where the server stops; the push may then have been taken.
func (c *Committer) Commit(ctx context.Context, push session.Push) (session.Result, error) {
	result := make(chan session.Result, 1)
	if err := c.Submit(push, func(r session.Result) { result <- r }); err != nil {
		return session.Result{}, err
	}
	select {
	case r := <-result:
		return r, nil
	case <-ctx.Done():
		return session.Result{}, ctx.Err()
	}
}

// Stop takes nothing more and returns when everything that was taken is answered.
func (c *Committer) Stop() {
	c.mutex.Lock()
	if !c.stopped {
		c.stopped = true
		close(c.jobs)
	}
	c.mutex.Unlock()
	<-c.done
}

func (c *Committer) run() {
	defer close(c.done)
	for first := range c.jobs {
		c.commit(c.gather(first))
	}
}

// gather takes what waits behind the first push, without waiting for more.
func (c *Committer) gather(first job) []job {
	batch, operations := []job{first}, len(first.push.Operations)
	for operations < batchOperations {
		select {
		case next, ok := <-c.jobs:
			if !ok {
				return batch
			}
			batch, operations = append(batch, next), operations+len(next.push.Operations)
		default:
			return batch
		}
	}
	return batch
}

func (c *Committer) commit(batch []job) {
	pushes, operations := make([]session.Push, len(batch)), 0
	for i, one := range batch {
		pushes[i] = one.push
		operations += len(one.push.Operations)
	}
	start := time.Now()
	results, _ := c.store.Commit(context.Background(), pushes)
	c.metrics.Committed(operations, time.Since(start))
	for i, one := range batch {
		for _, answer := range results[i].Answers {
			c.metrics.Operation(string(answer.Outcome))
		}
		one.answer(results[i])
	}
}

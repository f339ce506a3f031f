package photo

import (
	"context"
	"sync"

	"github.com/tus/tusd/v2/pkg/handler"
)

// locker hands out tusd's locks. Whoever holds one is asked to let go only once its bytes are being written: before that tusd's
// request has no body to close, and reads unguarded whether it has one (tusd 2.10.0, context.go). What does not write is done at once.
type locker struct{ handler.Locker }

func (l locker) NewLock(id string) (handler.Lock, error) {
	inner, err := l.Locker.NewLock(id)
	return lock{inner}, err
}

type lock struct{ inner handler.Lock }

func (l lock) Unlock() error { return l.inner.Unlock() }

func (l lock) Lock(ctx context.Context, release func()) error {
	if req, ok := ctx.Value(requestKey{}).(*request); ok {
		req.interruption.release = release
		release = req.interruption.ask
	}
	return l.inner.Lock(ctx, release)
}

// interruption is what is known of a request's letting go of its lock.
type interruption struct {
	release        func() // set before the lock is held
	mutex          sync.Mutex
	asked, writing bool
}

// ask is called by who wants the lock, from any goroutine.
func (i *interruption) ask() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.asked = true; i.writing {
		i.release()
	}
}

// begins is called by the request when it writes.
func (i *interruption) begins() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.writing = true; i.asked && i.release != nil {
		i.release()
	}
}

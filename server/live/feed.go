package live

import (
	"sync"

	"buxun/sync/session"
)

// feedQueue is how many changes wait for a connection before it counts as too slow: more than one transaction makes.
const feedQueue = 2 * batchOperations

// feed is what was published and not yet looked at. Thousands of phones wait at once, nearly always for nothing: it takes room when it
// needs it and gives it back. Its loop is told as long as there is any.
type feed struct {
	mutex sync.Mutex
	list  []*session.Published
	more  chan struct{}
}

func newFeed() *feed { return &feed{more: make(chan struct{}, 1)} }

// put says no where there is no room any more.
func (f *feed) put(p *session.Published) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if len(f.list) >= feedQueue {
		return false
	}
	f.list = append(f.list, p)
	f.tell()
	return true
}

// take gives the first one; nil where there is none.
func (f *feed) take() *session.Published {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if len(f.list) == 0 {
		return nil
	}
	first := f.list[0]
	f.list[0] = nil
	f.list = f.list[1:]
	if len(f.list) > 0 {
		f.tell()
	} else {
		f.list = nil
	}
	return first
}

func (f *feed) tell() {
	select {
	case f.more <- struct{}{}:
	default:
	}
}

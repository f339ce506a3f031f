package live

import "time"

// Metrics is told what happens, from many goroutines; it must not block.
type Metrics interface {
	// Connected is 1 when a phone came and -1 when it left.
	Connected(change int)
	// Closed counts connections that the server ended, by the fault's code.
	Closed(code string)
	// Operation counts answers to operations by outcome, repeats included.
	Operation(outcome string)
	// Committed is one transaction over so many operations.
	Committed(operations int, took time.Duration)
	// Paged is one page of a pull.
	Paged(cases int)
}

type unmeasured struct{}

func (unmeasured) Connected(int)                {}
func (unmeasured) Closed(string)                {}
func (unmeasured) Operation(string)             {}
func (unmeasured) Committed(int, time.Duration) {}
func (unmeasured) Paged(int)                    {}

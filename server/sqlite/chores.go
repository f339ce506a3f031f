package sqlite

import "buxun/shared"

// wakes is when the server next has to do something to a case by itself: a limit runs out that is not marked, or a suspended case
// goes on. 0 where it need not.
func wakes(c shared.Case) int64 {
	if c.State == shared.StateSuspended {
		return c.Until
	}
	var next int64
	for _, clock := range c.Clocks {
		if clock.Due != 0 && clock.Overdue == 0 && (next == 0 || clock.Due < next) {
			next = clock.Due
		}
	}
	return next
}

// unsent says whether the server is to settle who goes.
func unsent(c shared.Case) bool { return c.Task != nil && c.Task.Assignee == "" && c.State.Open() }

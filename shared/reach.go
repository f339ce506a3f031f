package shared

import "slices"

// Returned gives the return that a case waits after, or nil where it does not.
func (c *Case) Returned() *Entry {
	if c.State != StateReturned {
		return nil
	}
	for i := range slices.Backward(c.Timeline) {
		if e := &c.Timeline[i]; e.Action == ActionReturn && e.Late == "" {
			return e
		}
	}
	return nil
}

// Awaited gives the entry by which a case waits for one person, a return or a task, and that person's id; nil where it waits for nobody.
func (c *Case) Awaited() (entry *Entry, person string) {
	if e := c.Returned(); e != nil {
		return e, c.Reporter.ID
	}
	if c.Task == nil || c.Task.Assignee == "" || c.State == StateMerged {
		return nil, ""
	}
	for i := range slices.Backward(c.Timeline) {
		if e := &c.Timeline[i]; e.Revision == c.Task.Revision {
			return e, c.Task.Assignee
		}
	}
	return nil, ""
}

// Reach gives the case after its return or task was stored on the phone of the person whom it waits for, and (seen) was looked at
// there. It says whether anything changed: this is a change for the feed, like the arrival of a photo, and no operation.
func Reach(c Case, seen bool, now int64) (Case, bool) {
	c.Timeline = slices.Clone(c.Timeline)
	e, _ := c.Awaited()
	if e == nil || e.Seen != 0 || e.Delivered != 0 && !seen {
		return c, false
	}
	if e.Delivered == 0 {
		e.Delivered = now
	}
	if seen {
		e.Seen = now
	}
	return c, true
}

package shared

import "slices"

// Apply gives the case after an operation that was judged. It is the only code that changes a case, on either side; it
// looks at the recorded verdict, never at a table or a clock. A refused operation changes nothing. c is nil for a new case.
func Apply(c *Case, b Body, v Verdict) *Case {
	if v.Outcome == OutcomeRefused {
		return c
	}
	next := begin(c, b, v)
	next.Revision++
	entry := entryOf(next, b, v)
	if v.Outcome == OutcomeApplied {
		change(next, b, entry.Revision)
		carry(next, b, v)
	}
	if v.To != "" {
		lead(next, v.To)
	}
	setClocks(next, v.Clocks)
	next.ChangedAt = v.Received
	addPhotos(next, b)
	addVoices(next, b)
	next.Timeline = append(next.Timeline, entry)
	return next
}

// begin copies the case so that the caller's stays as it was, or opens a new one.
func begin(c *Case, b Body, v Verdict) *Case {
	if c != nil {
		next := *c
		next.Photos = slices.Clone(c.Photos)
		next.Voices = slices.Clone(c.Voices)
		next.Conflicts = slices.Clone(c.Conflicts)
		next.Former = slices.Clone(c.Former)
		next.Units = slices.Clone(c.Units)
		next.Asks = slices.Clone(c.Asks)
		next.Duplicates = slices.Clone(c.Duplicates)
		next.Clocks = slices.Clone(c.Clocks)
		next.Timeline = slices.Clone(c.Timeline)
		return &next
	}
	// People may have said the short id aloud before the operation had to be made again under another number (R21).
	replica, counter := b.Replica, b.Counter
	if b.Was != nil {
		replica, counter = b.Was.Replica, b.Was.Counter
	}
	return &Case{
		ID: b.Case, Short: ShortID(replica, counter), Source: b.Source, Squad: v.Squad, Reporter: b.Author,
		Fix: b.Place, ReportedAt: v.At, ArrivedAt: v.Received, Timeline: []Entry{},
		ReportMissing: v.Fault == "case.reportMissing",
	}
}

func entryOf(c *Case, b Body, v Verdict) Entry {
	entry := Entry{
		Revision: c.Revision, Replica: b.Replica, Counter: b.Counter, Action: b.Action, By: b.Author, Role: v.Role,
		At: v.At, Received: v.Received, From: c.State, To: v.To, Late: v.Fault, Payload: b.Payload, Place: b.Place, Marks: v.Marks,
	}
	for _, p := range b.Photos {
		entry.Photos = append(entry.Photos, p.Hash)
	}
	for _, v := range b.Voices {
		entry.Voices = append(entry.Voices, v.Hash)
	}
	return entry
}

// change sets the fields that the operation names.
func change(c *Case, b Body, revision int64) {
	p := b.Payload
	switch b.Action {
	case ActionReport, ActionSelfHandle:
		// Where evidence opened the case before its report, what was amended meanwhile stays.
		for field, value := range map[Field]string{
			FieldCategory: p.Category, FieldDescription: p.Description, FieldAddress: p.Address, FieldPin: p.Pin,
		} {
			if shown := fieldOf(c, field); *shown == "" {
				*shown = value
			}
		}
		c.ReportMissing = false
	case ActionAmend, ActionResubmit:
		for _, ch := range p.Changes {
			setField(c, ch, b.Author, revision)
		}
	case ActionNumber:
		c.Number = p.Number
	case ActionTransfer:
		c.Former, c.Squad = append(c.Former, c.Squad), p.Squad
	}
}

// addPhotos puts the operation's photos on the case; a photo that the case has already keeps its first place.
func addPhotos(c *Case, b Body) {
	for _, p := range b.Photos {
		if slices.ContainsFunc(c.Photos, func(have CasePhoto) bool { return have.Hash == p.Hash }) {
			continue
		}
		photo := CasePhoto{Photo: p, By: b.Author, Revision: c.Revision, Here: ArrivalWaiting}
		if p.Preview != nil {
			photo.PreviewHere = ArrivalWaiting
		}
		c.Photos = append(c.Photos, photo)
	}
}

// addVoices puts the operation's voice notes on the case; one that the case has already keeps its first place.
func addVoices(c *Case, b Body) {
	for _, v := range b.Voices {
		if !slices.ContainsFunc(c.Voices, func(have CaseVoice) bool { return have.Hash == v.Hash }) {
			c.Voices = append(c.Voices, CaseVoice{Voice: v, By: b.Author, Revision: c.Revision, Here: ArrivalWaiting})
		}
	}
}

// Arrive gives the case after the bytes of a hash came, whole or damaged. It says whether anything changed: the arrival of
// a photo or voice note is a change for the feed, not an operation.
func Arrive(c Case, hash string, here Arrival) (Case, bool) {
	photos, voices, changed := slices.Clone(c.Photos), slices.Clone(c.Voices), false
	for i := range photos {
		p := &photos[i]
		if p.Hash == hash && p.Here != here {
			p.Here, changed = here, true
		}
		if p.Preview != nil && p.Preview.Hash == hash && p.PreviewHere != here {
			p.PreviewHere, changed = here, true
		}
	}
	for i := range voices {
		if v := &voices[i]; v.Hash == hash && v.Here != here {
			v.Here, changed = here, true
		}
	}
	c.Photos, c.Voices = photos, voices
	return c, changed
}

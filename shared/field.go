package shared

import "slices"

// setField takes the later of two values in the log and keeps the other one as a conflict if its author had not seen it (L5).
func setField(c *Case, ch Change, by Author, revision int64) {
	value := fieldOf(c, ch.Field)
	if value == nil || *value == ch.To {
		return
	}
	if *value != ch.From {
		c.Conflicts = append(c.Conflicts, Conflict{
			Field: ch.Field, Kept: ch.To, KeptBy: by, Lost: *value, LostBy: setter(c, ch.Field), Revision: revision,
		})
	}
	*value = ch.To
}

func fieldOf(c *Case, field Field) *string {
	switch field {
	case FieldCategory:
		return &c.Category
	case FieldDescription:
		return &c.Description
	case FieldAddress:
		return &c.Address
	case FieldPin:
		return &c.Pin
	}
	return nil
}

// setter is who set the field last.
func setter(c *Case, field Field) Author {
	for _, entry := range slices.Backward(c.Timeline) {
		if entry.Late == "" && slices.ContainsFunc(entry.Payload.Changes, func(ch Change) bool { return ch.Field == field }) {
			return entry.By
		}
	}
	return c.Reporter
}

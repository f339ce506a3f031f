package shared

import "slices"

// toldToUnits are the steps that the responsible unit sees: what was found, what it is asked to do, and what became of that. What
// squad and centre say among themselves is none of its business.
var toldToUnits = []Action{
	ActionReport, ActionSelfHandle, ActionFile, ActionNumber, ActionDispatch, ActionHandBack, ActionHandle, ActionRecheckPass, ActionRecheckFail, ActionRework,
	ActionClose, ActionReopen, ActionAskExtension, ActionGrantExtension, ActionDenyExtension, ActionAskSuspension, ActionSuspend, ActionDenySuspension,
	ActionResume, ActionAppeal, ActionGrantAppeal, ActionDenyAppeal, ActionSupervise, ActionOverdue,
}

// ForUnit is the case as the responsible unit may see it: without any collector's name, phone or voice (collectors have been
// followed and threatened), without the squad's talk, and with this unit's part of the case only.
func ForUnit(c Case) Case {
	c.Reporter = unnamed(c.Reporter)
	c.Former, c.Units, c.Conflicts, c.Voices, c.Task, c.Duplicates = nil, nil, nil, nil, nil, nil
	c.Asks = slices.DeleteFunc(slices.Clone(c.Asks), func(a Ask) bool { return a.Kind == AskVoid })
	c.Photos = slices.Clone(c.Photos)
	roles := map[int64]Role{}
	for _, e := range c.Timeline {
		roles[e.Revision] = e.Role
	}
	for i := range c.Photos {
		if roles[c.Photos[i].Revision] != RoleUnit {
			c.Photos[i].By = unnamed(c.Photos[i].By)
		}
	}
	var timeline []Entry
	for _, e := range c.Timeline {
		if e.Role != RoleUnit && !slices.Contains(toldToUnits, e.Action) {
			continue
		}
		if e.Role == RoleCollector || e.Role == RoleMachine {
			e.By, e.Replica, e.Counter = unnamed(e.By), "", 0
		}
		e.Voices, e.Marks, e.Delivered, e.Seen = nil, nil, 0, 0
		timeline = append(timeline, e)
	}
	c.Timeline = timeline
	return c
}

func unnamed(a Author) Author { return Author{Kind: a.Kind} }

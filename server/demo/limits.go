package demo

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"buxun/server/deadline"
	"buxun/shared"
)

// Limits are what a centre can begin with: one city's limits as the taxonomy has them (Standard.LimitsFrom says whose), the office
// hours and the limits of phases that are usual, and the holidays of the State Council's notice. It is data; a centre imports its own.
func Limits(taxonomy *shared.Taxonomy) (deadline.Data, error) {
	data := deadline.Data{
		Calendar: deadline.Calendar{
			Hours: []deadline.Hours{{From: 8 * 60, To: 12 * 60}, {From: 14 * 60, To: 18 * 60}}, Free: []time.Weekday{time.Sunday, time.Saturday},
		},
		Phases: []deadline.PhaseLimit{
			phase(shared.PhaseAccept, "15分钟"), phase(shared.PhaseVerify, "30分钟"), phase(shared.PhaseDispatch, "15分钟"), phase(shared.PhaseRecheck, "30分钟"),
			phase(shared.PhaseHandle, "5工作日"), // of sub-classes for which the city's table has no limit; the longest common one
		},
	}
	text, err := tables.ReadFile("holidays.json")
	if err != nil {
		return data, fmt.Errorf("read the holidays: %w", err)
	}
	var holidays struct{ Days []deadline.Day }
	if err := json.Unmarshal(text, &holidays); err != nil {
		return data, fmt.Errorf("read the holidays: %w", err)
	}
	data.Calendar.Days = holidays.Days
	for _, c := range taxonomy.Categories {
		if c.Limits == nil {
			continue
		}
		for i, words := range c.Limits.Conditions {
			// Two of 880 say more than a limit: in the planting season; to be stopped.
			limit, err := deadline.ParseLimit(strings.TrimSuffix(strings.TrimPrefix(words, "种植季节"), "制止"))
			if err != nil {
				return data, fmt.Errorf("the limits of %s: %w", c.Key(), err)
			}
			// The table has no words of its own for its conditions; the limit is told beside them.
			said := fmt.Sprintf("情形%d", i+1)
			if strings.HasPrefix(words, "种植季节") {
				said += "：种植季节"
			}
			data.Conditions = append(data.Conditions, deadline.Condition{ID: fmt.Sprintf("%s#%d", c.Key(), i+1), Category: c.Key(), Words: said, Limit: limit})
		}
	}
	return data, data.Check()
}

func phase(phase shared.Phase, words string) deadline.PhaseLimit {
	limit, err := deadline.ParseLimit(words)
	if err != nil {
		panic(err)
	}
	return deadline.PhaseLimit{Phase: phase, Limit: limit}
}

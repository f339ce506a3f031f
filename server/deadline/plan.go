package deadline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"buxun/shared"
)

// Condition is a filing condition (立案条件) of a sub-class, on which the limit of handling hangs.
type Condition struct {
	ID       string `json:"id"`
	Category string `json:"category"` // shared.CategoryKey
	Words    string `json:"words"`    // what must be true to file
	Closing  string `json:"closing,omitempty"`
	Limit
}

// PhaseLimit is the limit of one phase of the centre's own work. That of handling is for sub-classes without conditions.
type PhaseLimit struct {
	Phase shared.Phase `json:"phase"`
	Limit
}

// Data is all that clocks are reckoned with. It is data with a version: a city replaces it.
type Data struct {
	Calendar   Calendar     `json:"calendar"`
	Conditions []Condition  `json:"conditions"` // the first of a sub-class is the usual one
	Phases     []PhaseLimit `json:"phases"`
}

// MostConditions is how many conditions a sub-class may have.
const MostConditions = 8

// Version is of the content: the same data has the same one, wherever it came from.
func (d Data) Version() string {
	text, err := json.Marshal(d)
	if err != nil {
		panic("version the limits: " + err.Error()) // text and numbers only
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Check errs on data by which clocks cannot be reckoned. Without office hours there may be no limit in them.
func (d Data) Check() error {
	working := false
	ids, count, phases := map[string]bool{}, map[string]int{}, map[shared.Phase]bool{}
	for _, c := range d.Conditions {
		if err := c.Limit.Check(); err != nil {
			return fmt.Errorf("condition %s: %w", c.ID, err)
		}
		count[c.Category]++
		if c.ID == "" || ids[c.ID] || count[c.Category] > MostConditions {
			return fmt.Errorf("condition %q of %s: no id, one that is there already, or one too many", c.ID, c.Category)
		}
		ids[c.ID], working = true, working || c.Pace == shared.PaceWorking
	}
	for _, p := range d.Phases {
		if err := p.Limit.Check(); err != nil {
			return fmt.Errorf("phase %s: %w", p.Phase, err)
		}
		if phases[p.Phase] {
			return fmt.Errorf("phase %s stands there twice", p.Phase)
		}
		phases[p.Phase], working = true, working || p.Pace == shared.PaceWorking
	}
	if !working && len(d.Calendar.Hours) == 0 {
		return nil
	}
	return d.Calendar.Check()
}

// Plan is data made ready for reckoning. It does not change.
type Plan struct {
	version    string
	calendar   *worked
	conditions map[string]Condition // by id
	usual      map[string]Condition // by category
	phases     map[shared.Phase]Limit
}

// Ready makes a plan of data.
func (d Data) Ready() *Plan {
	p := &Plan{version: d.Version(), calendar: d.Calendar.ready(), conditions: map[string]Condition{}, usual: map[string]Condition{}, phases: map[shared.Phase]Limit{}}
	for _, c := range d.Conditions {
		p.conditions[c.ID] = c
		if _, ok := p.usual[c.Category]; !ok {
			p.usual[c.Category] = c
		}
	}
	for _, one := range d.Phases {
		p.phases[one.Phase] = one.Limit
	}
	return p
}

// Version is that of the plan's data.
func (p *Plan) Version() string { return p.version }

// handling is the limit of handling a case of a sub-class: its condition's, else the usual one of the sub-class, else that of the
// phase. The condition of a case whose category was corrected meanwhile is another sub-class's and says nothing.
func (p *Plan) handling(category, condition string) (Limit, bool) {
	if one, ok := p.conditions[condition]; ok && one.Category == category {
		return one.Limit, true
	}
	if one, ok := p.usual[category]; ok {
		return one.Limit, true
	}
	limit, ok := p.phases[shared.PhaseHandle]
	return limit, ok
}

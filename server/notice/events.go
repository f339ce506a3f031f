package notice

import (
	"slices"
	"strings"

	"buxun/server/sqlite"
	"buxun/shared"
)

// events are what other systems can be told of, with the steps of the table that are such an event and the words for people.
var events = []struct {
	name, zh string
	steps    []shared.Action
}{
	{"reported", "新上报", []shared.Action{shared.ActionReport, shared.ActionSelfHandle}},
	{"returned", "退回补充", []shared.Action{shared.ActionReturn}},
	{"filed", "已立案", []shared.Action{shared.ActionFile}},
	{"rejected", "不予立案", []shared.Action{shared.ActionReject}},
	{"dispatched", "已派遣", []shared.Action{shared.ActionDispatch, shared.ActionReopen}},
	{"handedBack", "处置单位回退", []shared.Action{shared.ActionHandBack}},
	{"handled", "处置完成待核查", []shared.Action{shared.ActionHandle}},
	{"task", "核实核查任务", []shared.Action{shared.ActionSendVerify, shared.ActionSendRecheck}},
	{"rework", "核查不合格返工", []shared.Action{shared.ActionRecheckFail, shared.ActionRework}},
	{"ask", "有申请待批", []shared.Action{shared.ActionAskExtension, shared.ActionAskSuspension, shared.ActionAskVoid, shared.ActionAppeal}},
	{"suspended", "已挂账", []shared.Action{shared.ActionSuspend}},
	{"supervised", "已督办", []shared.Action{shared.ActionSupervise}},
	{"overdue", "已超期", []shared.Action{shared.ActionOverdue}},
	{"closed", "已结案", []shared.Action{shared.ActionClose, shared.ActionAuditPass}},
	{"void", "已作废", []shared.Action{shared.ActionVoid, shared.ActionAuditFail}},
}

// testEvent is what the command line sends to try an address.
const testEvent = "test"

// Events are the names of all events.
func Events() (names []string) {
	for _, e := range events {
		names = append(names, e.name)
	}
	return names
}

// EventOf is the event that a step is, or "".
func EventOf(action shared.Action) string {
	for _, e := range events {
		if slices.Contains(e.steps, action) {
			return e.name
		}
	}
	return ""
}

func titleOf(event string) string {
	for _, e := range events {
		if e.name == event {
			return e.zh
		}
	}
	return "测试消息"
}

// states are the words for people; the machine's stands beside them.
var states = map[shared.State]string{
	shared.StateReported: "待受理", shared.StateVerifying: "待核实", shared.StateReturned: "退回补充", shared.StateFiled: "已立案", shared.StateDispatched: "处置中",
	shared.StateHandled: "待核查", shared.StateSuspended: "挂账", shared.StateRejected: "不予立案", shared.StateSelfHandled: "自行处置", shared.StateClosed: "结案",
	shared.StateMerged: "重复", shared.StateVoid: "作废",
}

// Message is what is told of an event: no person, no photo, and of the case's words only where it stands, unless the webhook asks
// for the description (L10).
type Message struct {
	ID    string  `json:"id"` // the same however often it is delivered
	Event string  `json:"event"`
	At    int64   `json:"at"` // server's clock, milliseconds
	Case  Subject `json:"case"`
}

// Subject is what is told of a case.
type Subject struct {
	Short        string `json:"short"`
	Number       string `json:"number,omitempty"`
	Category     string `json:"category,omitempty"`
	CategoryName string `json:"categoryName,omitempty"`
	State        string `json:"state"`
	Place        string `json:"place,omitempty"`
	Description  string `json:"description,omitempty"`
}

// messageOf puts together what is told; the state is that of the event, the rest is the case's now.
func messageOf(t sqlite.Outgoing, c shared.Case, h sqlite.Webhook, categories *shared.Taxonomy) Message {
	subject := Subject{Short: c.Short, Number: c.Number, Category: c.Category, State: t.State, Place: c.Address}
	if category, known := categories.Category(c.Category); known {
		subject.CategoryName = category.Name.Zh
	}
	if h.Words {
		subject.Description = c.Description
	}
	return Message{t.EventID, t.Event, t.At, subject}
}

// markdown is the message for a group of people.
func (m Message) markdown() string {
	c := m.Case
	lines := []string{"**步巡 · " + titleOf(m.Event) + "**"}
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, "> "+name+"："+plain(value))
		}
	}
	add("案卷", strings.TrimSpace(c.Short+" "+c.Number))
	add("类别", c.CategoryName)
	state := c.State
	if word, known := states[shared.State(c.State)]; known {
		state = word
	}
	add("状态", state)
	add("位置", c.Place)
	add("描述", c.Description)
	return strings.Join(lines, "\n\n")
}

// plain takes out what a robot would read as a link, a picture, a tag or a call to somebody: anybody can write such words on the street.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ':
			return ' '
		case strings.ContainsRune("<>[]()*_`#@!\\", r):
			return r + 0xfee0 // the same character in full width
		}
		return r
	}, text)
}

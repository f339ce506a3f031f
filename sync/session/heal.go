package session

import (
	"cmp"
	"slices"

	"buxun/shared"
	"buxun/sync/wire"
)

// Logged is an operation on a case's timeline as the log keeps it.
type Logged struct {
	Replica string
	Counter int64
	Body    shared.Body
	Verdict shared.Verdict
	// Epoch and Seq are its receipt's: by them it has its place in the case's order, whenever it came.
	Epoch string
	Seq   int64
}

// Ordered is an operation's place in its case's order, where healing moved it.
type Ordered struct {
	Replica  string
	Counter  int64
	Revision int64
}

// Replay gives the case that a log in the case's order makes. What is no operation (the arrival of photos, how far a return
// came) is taken over from before, where there is one.
func Replay(workflow shared.Workflow, log []Logged, before *shared.Case) *shared.Case {
	var c *shared.Case
	for i, one := range log {
		c = shared.Apply(c, one.Body, one.Verdict)
		if move, _ := workflow.Move(one.Body.Action); i == 0 && c != nil && !move.Opens() {
			c.ReportMissing = true // it came back and its report did not, or not yet
		}
	}
	if c == nil || before == nil {
		return c
	}
	next := *c
	for _, p := range before.Photos {
		next, _ = shared.Arrive(next, p.Hash, p.Here)
		if p.Preview != nil {
			next, _ = shared.Arrive(next, p.Preview.Hash, p.PreviewHere)
		}
	}
	for _, v := range before.Voices {
		next, _ = shared.Arrive(next, v.Hash, v.Here)
	}
	for i := range next.Timeline {
		e := &next.Timeline[i]
		at := slices.IndexFunc(before.Timeline, func(was shared.Entry) bool { return was.Replica == e.Replica && was.Counter == e.Counter })
		if at >= 0 {
			e.Delivered, e.Seen = before.Timeline[at].Delivered, before.Timeline[at].Seen
		}
	}
	return &next
}

// receipt is the answer that this server gave the operation before its data was restored to an older state, as the phone kept
// it, or nil. Only the server can have made one, and only for this operation (R45).
func (b *Batch) receipt(p Push, counter int64, hash string) *wire.Answer {
	for _, r := range p.Receipts {
		if r.Counter == counter && r.Hash == hash && b.rules.Mac(r.ReceiptText(p.Replica)) == r.Mac {
			return &r
		}
	}
	return nil
}

// restate is the verdict that a receipt says: judging happens once. What the receipt does not say is judged as well as it can be now.
func restate(receipt wire.Answer, c *shared.Case, body shared.Body, ctx shared.Judging) shared.Verdict {
	if receipt.Received > 0 {
		ctx.Now = receipt.Received
	}
	v := shared.Judge(c, body, ctx)
	standing := ctx.StandingThen
	if standing.Role == "" {
		standing = ctx.StandingNow
	}
	v.Outcome, v.Fault, v.To, v.Squad = receipt.Outcome, receipt.Fault, "", standing.Squad
	if v.Role == "" {
		v.Role = standing.Role
	}
	move, _ := ctx.Workflow.Move(body.Action)
	switch {
	case receipt.Outcome == shared.OutcomeApplied:
		v.To = move.Leads(c)
	case receipt.Fault == "case.reportMissing":
		v.To = shared.StateReported
	}
	return v
}

// heal puts an operation back into its receipted place in the case's order: before what was done later, though that came first.
func (b *Batch) heal(row *Row, before *shared.Case) (*shared.Case, error) {
	log, err := b.view.Log(row.Body.Case)
	if err != nil {
		return nil, err
	}
	for _, r := range b.Rows {
		if r.Body.Case == row.Body.Case && r.Verdict.Outcome != shared.OutcomeRefused {
			log = append(log, r.logged())
		}
	}
	log = append(log, row.logged())
	slices.SortStableFunc(log, func(one, other Logged) int {
		return cmp.Or(cmp.Compare(one.Epoch, other.Epoch), cmp.Compare(one.Seq, other.Seq))
	})
	for i := range log {
		if move, _ := b.rules.Workflow.Move(log[i].Body.Action); i > 0 && log[i].Replica == row.Replica && log[i].Counter == row.Counter && move.Opens() {
			log[i].Verdict.To, row.Verdict.To = "", "" // evidence held the case open for it
		}
	}
	for i := range log {
		if log[i].Replica == row.Replica && log[i].Counter == row.Counter {
			row.Verdict = b.reckon(Replay(b.rules.Workflow, log[:i], nil), row.Body, row.Verdict)
			log[i].Verdict = row.Verdict
		}
	}
	after := Replay(b.rules.Workflow, log, before)
	b.Orders[row.Body.Case] = ordersOf(log)
	for _, one := range b.Orders[row.Body.Case] {
		if one.Replica == row.Replica && one.Counter == row.Counter {
			row.Revision = one.Revision
		}
	}
	return after, nil
}

func ordersOf(log []Logged) []Ordered {
	orders := make([]Ordered, len(log))
	for i, one := range log {
		orders[i] = Ordered{one.Replica, one.Counter, int64(i) + 1}
	}
	return orders
}

func (r Row) logged() Logged {
	return Logged{Replica: r.Replica, Counter: r.Counter, Body: r.Body, Verdict: r.Verdict, Epoch: r.Epoch, Seq: r.Seq}
}

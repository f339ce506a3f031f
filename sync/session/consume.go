package session

import (
	"fmt"

	"buxun/shared"
	"buxun/sync/wire"
)

// consume takes the i-th operation of a push whose chain holds: it is judged, applied unless refused, numbered and answered.
func (b *Batch) consume(p Push, i int, hash string, c chain, replica *Replica) (wire.Answer, error) {
	counter := p.First + int64(i)
	afterGap := c.unproven && i == c.first
	row := Row{Replica: p.Replica, Counter: counter, Hash: hash, Text: p.Operations[i], Body: c.bodies[i]}
	if i == len(p.Operations)-1 {
		row.Signature = p.Signature
	}
	wrong, err := b.wrong(&row.Body, c.faults[i], *replica)
	if err != nil {
		return wire.Answer{}, fmt.Errorf("judge operation %s/%d: %w", p.Replica, counter, err)
	}
	self := shared.Reference{Replica: p.Replica, Counter: counter, Hash: hash}
	receipt := b.receipt(p, counter, hash)
	verdict, healed, err := b.verdict(p, self, row.Body, wrong, afterGap, *replica, receipt)
	if err != nil {
		return wire.Answer{}, fmt.Errorf("judge operation %s/%d: %w", p.Replica, counter, err)
	}
	if row.Verdict, row.Epoch = verdict, b.rules.Epoch; healed {
		row.Epoch, row.Seq = receipt.Epoch, receipt.Seq
	}
	if row.Verdict.Outcome != shared.OutcomeRefused {
		if err := b.apply(&row, healed); err != nil {
			return wire.Answer{}, fmt.Errorf("apply operation %s/%d: %w", p.Replica, counter, err)
		}
	}
	answer := wire.Answer{
		Counter: counter, Hash: hash, Seq: row.Seq, Epoch: row.Epoch, Outcome: row.Verdict.Outcome, Fault: row.Verdict.Fault, Received: row.Verdict.Received,
	}
	if healed {
		answer = *receipt
	} else {
		answer.Mac = b.rules.Mac(answer.ReceiptText(p.Replica))
	}
	row.Mac, row.Receipted = answer.Mac, answer.Received
	b.Rows = append(b.Rows, row)
	b.answers[numbered{p.Replica, counter}] = answer
	if was := row.Body.Was; was != nil {
		b.reissued[*was] = true
	}
	if counter > replica.Counter {
		replica.Counter, replica.Hash = counter, hash
	}
	return answer, nil
}

// verdict judges one operation: first who may speak at all, then the case. It says whether a receipt gave the verdict.
func (b *Batch) verdict(p Push, self shared.Reference, body shared.Body, wrong string, afterGap bool, replica Replica, receipt *wire.Answer) (shared.Verdict, bool, error) {
	at := body.Estimate(p.Received)
	refused := func(code string) shared.Verdict {
		return shared.Verdict{Outcome: shared.OutcomeRefused, Fault: code, Table: b.rules.Workflow.Version, Received: p.Received, At: at}
	}
	if receipt != nil && receipt.Outcome == shared.OutcomeRefused {
		v := refused(receipt.Fault)
		if receipt.Received > 0 {
			v.Received, v.At = receipt.Received, body.Estimate(receipt.Received)
		}
		return v, true, nil
	}
	if wrong != "" {
		return refused(wrong), false, nil
	}
	if body.Author != replica.Author {
		return refused("operation.authorMismatch"), false, nil
	}
	if again, err := b.again(self, body.Was); err != nil || again {
		return refused("operation.repeated"), false, err
	}
	bounded := body.Anchor != nil && b.rules.AnchorGiven(*body.Anchor)
	if receipt == nil && replica.RevokedAt != 0 && !(bounded && at < replica.RevokedAt && b.isEvidence(body.Action)) {
		return refused("replica.revoked"), false, nil
	}
	c, err := b.find(body.Case)
	if err != nil {
		return refused("internal"), false, err
	}
	ctx := shared.Judging{Workflow: b.rules.Workflow, Now: p.Received, CategoryKnown: b.categoriesKnown(body), AfterGap: afterGap}
	if ctx.StandingNow, err = b.view.Standing(body.Author, p.Received); err != nil {
		return refused("internal"), false, err
	}
	if err := b.others(&ctx, c, body); err != nil {
		return refused("internal"), false, err
	}
	ctx.StandingThen = ctx.StandingNow
	if bounded {
		if ctx.StandingThen, err = b.standingThen(c, body, at); err != nil {
			return refused("internal"), false, err
		}
	}
	if receipt != nil {
		return restate(*receipt, c, body, ctx), true, nil
	}
	return b.reckon(c, body, shared.Judge(c, body, ctx)), false, nil
}

// others sorts out the unit, the person and the other case that an operation names.
func (b *Batch) others(ctx *shared.Judging, c *shared.Case, body shared.Body) error {
	p := body.Payload
	if p.Unit != "" {
		known, err := b.view.Unit(p.Unit)
		if err != nil {
			return fmt.Errorf("look up unit %s: %w", p.Unit, err)
		}
		ctx.UnitUnknown = !known
	}
	if p.Assignee != "" && c != nil {
		standing, err := b.view.Standing(shared.Author{Kind: shared.AuthorPerson, ID: p.Assignee}, ctx.Now)
		if err != nil {
			return fmt.Errorf("look up standing of %s: %w", p.Assignee, err)
		}
		ctx.AssigneeUnfit = standing.Role != shared.RoleCollector || standing.Squad != c.Squad
	}
	if p.Into != "" && c != nil {
		into, err := b.find(p.Into)
		if err != nil {
			return err
		}
		ctx.IntoUnfit = into == nil || into.State == shared.StateMerged || !shared.InScope(*into, body.Author.ID, ctx.StandingNow)
	}
	return nil
}

// reckon adds the time limits that an applied operation moves.
func (b *Batch) reckon(before *shared.Case, body shared.Body, v shared.Verdict) shared.Verdict {
	if b.rules.Clocks != nil && v.Outcome == shared.OutcomeApplied {
		v.Clocks = b.rules.Clocks(before, body, v)
	}
	return v
}

// standingThen is the author's standing when the operation was made, or else at its anchor (R33): until a phone hears that
// its person moved, that person goes on with the cases that it shows and the errands that it has, and what was seen there is not
// refused (L6).
func (b *Batch) standingThen(c *shared.Case, body shared.Body, at int64) (shared.Standing, error) {
	then, err := b.view.Standing(body.Author, at)
	move, _ := b.rules.Workflow.Move(body.Action)
	permits := func(s shared.Standing) bool { return move.Allows(s.Role) && everInScope(*c, body.Author.ID, s) }
	if err != nil || c == nil || permits(then) {
		return then, err
	}
	before, err := b.view.Standing(body.Author, body.Anchor.At)
	if err == nil && permits(before) {
		return before, nil
	}
	return then, err
}

// everInScope says whether the case is or was one that the standing may see.
func everInScope(c shared.Case, person string, standing shared.Standing) bool {
	return shared.InScope(c, person, standing) || shared.WasInScope(c, standing)
}

// again says whether the operation is held already under another number (R22): the one that it was made as first, a reissue
// of that one, or, where a restored profile sends what another copy of it had to make again, a reissue of this one.
func (b *Batch) again(self shared.Reference, was *shared.Reference) (bool, error) {
	held, err := b.held(self)
	if err != nil || held || was == nil {
		return held, err
	}
	return b.held(*was)
}

// wrong is why a body may not be judged at all, or "". Its claim to be a reissue then stands for nothing: whoever could claim
// another's operation would have the other's own one refused as a repeat (R22, R28).
func (b *Batch) wrong(body *shared.Body, malformed string, replica Replica) (string, error) {
	if malformed == "" && body.Was != nil {
		first, err := b.replica(body.Was.Replica)
		if err != nil {
			return "", err
		}
		if first != nil && first.Author != replica.Author {
			malformed = "operation.authorMismatch"
		}
	}
	if malformed != "" {
		body.Was = nil
	}
	return malformed, nil
}

func (b *Batch) held(one shared.Reference) (bool, error) {
	if b.reissued[one] || b.answers[numbered{one.Replica, one.Counter}].Hash == one.Hash {
		return true, nil
	}
	return b.view.Reissued(one)
}

func (b *Batch) isEvidence(action shared.Action) bool {
	move, _ := b.rules.Workflow.Move(action)
	return move.Evidence
}

func (b *Batch) categoriesKnown(body shared.Body) bool {
	if key := body.Payload.Category; key != "" && !b.rules.CategoryKnown(key) {
		return false
	}
	for _, ch := range body.Payload.Changes {
		if ch.Field == shared.FieldCategory && !b.rules.CategoryKnown(ch.To) {
			return false
		}
	}
	return true
}

func (b *Batch) find(id string) (*shared.Case, error) {
	if c, ok := b.cases[id]; ok {
		return c, nil
	}
	c, ok, err := b.view.Case(id)
	if err != nil {
		return nil, fmt.Errorf("look up case %s: %w", id, err)
	}
	if !ok {
		return nil, nil
	}
	b.cases[id], b.belonged[id] = &c, belonging{c.Squad, c.Unit}
	return &c, nil
}

// apply changes the case and gives the operation its places in the feed and in the case.
func (b *Batch) apply(row *Row, healed bool) error {
	body := row.Body
	before, err := b.find(body.Case)
	if err != nil {
		return err
	}
	var after *shared.Case
	if healed {
		if after, err = b.heal(row, before); err != nil {
			return err
		}
	} else {
		after = shared.Apply(before, body, row.Verdict)
	}
	if after, err = b.arrive(after, body, row.Verdict.Received); err != nil {
		return err
	}
	b.head++
	if !healed {
		row.Seq, row.Revision = b.head, after.Revision
	}
	b.cases[body.Case], b.last[body.Case] = after, b.head
	b.changes = append(b.changes, change{b.head, body.Case})
	if before == nil {
		b.belonged[body.Case] = belonging{after.Squad, after.Unit}
	}
	return nil
}

// arrive marks the operation's photos and voice notes that are here already.
func (b *Batch) arrive(c *shared.Case, body shared.Body, now int64) (*shared.Case, error) {
	if len(body.Photos) == 0 && len(body.Voices) == 0 {
		return c, nil
	}
	standing, err := b.view.Standing(body.Author, now)
	if err != nil {
		return nil, fmt.Errorf("look up standing of %s: %w", body.Author.ID, err)
	}
	for _, hash := range body.Hashes() {
		here, err := b.view.Arrival(body.Author, standing, hash)
		if err != nil {
			return nil, fmt.Errorf("look up photo %s: %w", hash, err)
		}
		if here.Settled() {
			next, _ := shared.Arrive(*c, hash, here)
			c = &next
		}
	}
	return c, nil
}

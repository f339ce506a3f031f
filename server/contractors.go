package main

import (
	"context"

	"buxun/server/numbering"
	"buxun/shared"
)

// contractors is the server's replica for the pages of links, which are made before it.
type contractors struct{ of *Main }

func (c contractors) numbers() (*numbering.Replica, error) {
	if numbers := c.of.numbers.Load(); numbers != nil {
		return numbers, nil
	}
	return nil, shared.Fail("server.busy", "the server's replica is not there yet")
}

// Handle makes the operation. What came too late stands on the timeline too, with its words and photos (L6).
func (c contractors) Handle(ctx context.Context, of shared.Case, payload shared.Payload, photos []shared.Photo) error {
	numbers, err := c.numbers()
	if err != nil {
		return err
	}
	answers, err := numbers.Make(ctx, []shared.Body{{Case: of.ID, Action: shared.ActionHandle, Payload: payload, Photos: photos, Seen: of.Revision}})
	if err == nil && answers[0].Outcome == shared.OutcomeRefused {
		err = shared.Fail(answers[0].Fault, "handle case "+of.ID+" for a contractor")
	}
	return err
}

func (c contractors) Prove(hash string) (replica, proof string, err error) {
	numbers, err := c.numbers()
	if err != nil {
		return "", "", err
	}
	return numbers.Prove(hash)
}

package shared_test

import (
	"fmt"
	"testing"

	"buxun/shared"
)

func TestVerdictVectors(t *testing.T) {
	var file sceneVectors
	readVectors(t, "judge.json", &file)
	runVerdicts(t, file, file.Vectors)
}

func TestL6_EvidenceIsJudgedByItsTimeAndNeverRefusedForTheCasesState(t *testing.T) {
	var file sceneVectors
	readVectors(t, "judge.json", &file)
	runVerdicts(t, file, lawful(file.Vectors, "L6"))
}

func TestL10_NobodyActsOutsideTheirScope(t *testing.T) {
	var file sceneVectors
	readVectors(t, "judge.json", &file)
	runVerdicts(t, file, lawful(file.Vectors, "L10"))
}

func TestL10_WhoSeesACase(t *testing.T) {
	var file struct {
		Scopes []struct {
			Name, Person string
			Standing     shared.Standing
			Expected     bool
		}
	}
	readVectors(t, "judge.json", &file)
	if len(file.Scopes) == 0 {
		t.Fatal("no vectors")
	}
	c := shared.Case{Squad: "six", Reporter: shared.Author{Kind: shared.AuthorPerson, ID: "c3"}}
	for _, v := range file.Scopes {
		if got := shared.InScope(c, v.Person, v.Standing); got != v.Expected {
			t.Errorf("%s: got %v", v.Name, got)
		}
	}
}

func runVerdicts(t *testing.T, file sceneVectors, vectors []sceneVector) {
	t.Helper()
	if len(vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			expect(t, v.Expected, shared.Judge(file.Base.patched(v.Patch).read(t)))
		})
	}
}

func TestL11_WhatIsImprobableIsMarkedAndBlocksNothing(t *testing.T) {
	var file sceneVectors
	readVectors(t, "marks.json", &file)
	for _, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			verdict := shared.Judge(file.Base.patched(v.Patch).read(t))
			if verdict.Outcome != shared.OutcomeApplied {
				t.Fatalf("%s with %s", verdict.Outcome, verdict.Fault)
			}
			marks := verdict.Marks
			if marks == nil {
				marks = []shared.Mark{}
			}
			expect(t, v.Expected, marks)
		})
	}
}

// workflowTable is vectors/workflow.json: what becomes of every action by every role from every state.
type workflowTable struct {
	States []string
	Rows   []struct {
		Action shared.Action
		Roles  []shared.Role
		Cells  []string
	}
}

func TestEveryActionByEveryRoleFromEveryState(t *testing.T) {
	var table workflowTable
	readVectors(t, "workflow.json", &table)
	var file sceneVectors
	readVectors(t, "judge.json", &file)
	seen := map[[3]string]bool{}
	for _, row := range table.Rows {
		for _, role := range row.Roles {
			for i, state := range table.States {
				key := [3]string{string(row.Action), string(role), state}
				if seen[key] {
					t.Errorf("%v stands twice", key)
				}
				seen[key] = true
				c, b, judging := file.Base.patched(scene{"case": caseIn(state)}).read(t)
				b.Action, b.Author.ID = row.Action, "c4"
				judging.StandingNow = shared.Standing{Role: role, Squad: "six"}
				if role == shared.RoleUnit {
					judging.StandingNow = shared.Standing{Role: role, Unit: "env"}
				}
				judging.StandingThen = judging.StandingNow
				if got := cell(shared.Judge(c, b, judging)); got != row.Cells[i] {
					t.Errorf("%s by %q from %s: got %s, want %s", row.Action, role, state, got, row.Cells[i])
				}
			}
		}
	}
	words := constants(t)
	if want := len(words["Action"]) * (len(words["Role"]) + 1) * (len(words["State"]) + 1); len(seen) != want {
		t.Errorf("the table has %d cells, there are %d", len(seen), want)
	}
}

func caseIn(state string) any {
	if state == "new" {
		return nil
	}
	return map[string]any{"state": state}
}

// result is what a verdict decides.
type result struct {
	outcome shared.Outcome
	fault   string
	to      shared.State
}

func resultOf(v shared.Verdict) result { return result{v.Outcome, v.Fault, v.To} }

// cell is a verdict as the table writes it; one that the table has no word for is written out.
func cell(v shared.Verdict) string {
	switch resultOf(v) {
	case result{"applied", "", ""}:
		return "="
	case result{"late", "case.stateChanged", ""}:
		return "late"
	case result{"late", "case.exists", ""}:
		return "exists"
	case result{"late", "case.reportMissing", "reported"}:
		return "opens"
	case result{"refused", "case.notInScope", ""}:
		return "scope"
	case result{"refused", "operation.notPermitted", ""}:
		return "no"
	case result{"applied", "", v.To}:
		return string(v.To)
	}
	return fmt.Sprint(resultOf(v))
}

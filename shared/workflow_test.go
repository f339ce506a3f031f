package shared_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"testing"

	"buxun/shared"
)

// constants are the words of every closed list of package shared, by the name of their type.
func constants(t *testing.T) map[string][]string {
	t.Helper()
	words := map[string][]string{}
	for _, name := range []string{"words.go", "workflow.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST || !group.Lparen.IsValid() {
				continue
			}
			for _, spec := range group.Specs {
				kind, word := spec.(*ast.ValueSpec).Type.(*ast.Ident).Name, spec.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value
				text, err := strconv.Unquote(word)
				if err != nil {
					t.Fatal(err)
				}
				words[kind] = append(words[kind], text)
			}
		}
	}
	return words
}

func TestWorkflowUsesOnlyKnownWords(t *testing.T) {
	words := constants(t)
	for _, move := range shared.BuiltinWorkflow().Moves {
		known(t, words["Action"], move.Action)
		known(t, append(words["State"], string(shared.AnyState)), move.From...)
		if move.To != "" && move.To != shared.BeforeState {
			known(t, words["State"], move.To)
		}
		known(t, words["Condition"], move.When...)
		known(t, words["Role"], move.By...)
		known(t, words["Need"], move.Needs...)
	}
}

func known[T ~string](t *testing.T, words []string, used ...T) {
	t.Helper()
	for _, word := range used {
		if !slices.Contains(words, string(word)) {
			t.Errorf("%q is in none of the constants", word)
		}
	}
}

func TestWorkflowNamesEveryActionAndStateOnce(t *testing.T) {
	words := constants(t)
	table := shared.BuiltinWorkflow()
	var actions, states []string
	for _, move := range table.Moves {
		actions = append(actions, string(move.Action))
		if len(move.By) == 0 || move.Why == "" {
			t.Errorf("%s is for nobody or for no reason", move.Action)
		}
	}
	text, err := os.ReadFile("workflow.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range read[struct{ States []struct{ State, Why string } }](t, text).States {
		states = append(states, row.State)
		if row.Why == "" {
			t.Errorf("%s has no reason", row.State)
		}
	}
	same(t, "actions", words["Action"], actions)
	same(t, "states", words["State"], states)
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestEveryStateIsReachable(t *testing.T) {
	reached := map[shared.State]bool{}
	for grown := true; grown; {
		grown = false
		for _, move := range shared.BuiltinWorkflow().Moves {
			from := move.Opens() || slices.ContainsFunc(move.From, func(s shared.State) bool { return reached[s] })
			if from && move.To != "" && move.To != shared.BeforeState && !reached[move.To] {
				reached[move.To], grown = true, true
			}
		}
	}
	for _, state := range constants(t)["State"] {
		if !reached[shared.State(state)] {
			t.Errorf("no life leads to %s", state)
		}
	}
}

// A move that leads nowhere else from the state that it leads to would count one deed twice.
func TestNoMoveLeadsToWhereItBegins(t *testing.T) {
	for _, move := range shared.BuiltinWorkflow().Moves {
		if move.To != "" && slices.Contains(move.From, move.To) {
			t.Errorf("%s leads from %s to itself", move.Action, move.To)
		}
	}
}

func TestMalformedWorkflowIsRefused(t *testing.T) {
	for _, text := range []string{"", "[]", `{"moves":{}}`, `{"version":"one"}`} {
		if _, err := shared.ParseWorkflow([]byte(text)); err == nil {
			t.Errorf("%q was taken for a table", text)
		}
	}
}

func TestOpenCasesAreThoseThatSomebodyMustStillActOn(t *testing.T) {
	want := map[shared.State]bool{"reported": true, "returned": true, "filed": true, "selfHandled": true, "verifying": true, "dispatched": true, "handled": true, "suspended": true}
	for _, state := range constants(t)["State"] {
		if got := shared.State(state).Open(); got != want[shared.State(state)] {
			t.Errorf("%s: open is %v", state, got)
		}
	}
}

package shared_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"buxun/shared"
)

// readVectors reads a file of vectors/ into v.
func readVectors(t testing.TB, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("vectors", name))
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatalf("read vectors/%s: %v", name, err)
	}
}

// differences compares field by field: null means absent, a list has just that many, what is not named may be anything.
func differences(path string, want, got any) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: got %v, want an object", path, got)}
		}
		var found []string
		for name, inner := range w {
			value, here := g[name]
			if inner == nil && here {
				found = append(found, fmt.Sprintf("%s.%s: got %v, want it absent", path, name, value))
			} else if inner != nil {
				found = append(found, differences(path+"."+name, inner, value)...)
			}
		}
		slices.Sort(found)
		return found
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return []string{fmt.Sprintf("%s: got %v, want %d of them: %v", path, got, len(w), w)}
		}
		var found []string
		for i := range w {
			found = append(found, differences(fmt.Sprintf("%s[%d]", path, i), w[i], g[i])...)
		}
		return found
	}
	if want != got {
		return []string{fmt.Sprintf("%s: got %v, want %v", path, got, want)}
	}
	return nil
}

// expect reports the differences of a value's JSON from what is wanted of it.
func expect(t *testing.T, want, got any) {
	t.Helper()
	for _, difference := range differences("", want, plainJSON(t, got)) {
		t.Error(difference)
	}
}

// plainJSON is a value as any reader of its JSON sees it.
func plainJSON(t testing.TB, value any) (plain any) {
	t.Helper()
	return read[any](t, toJSON(t, value))
}

func toJSON(t testing.TB, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("write %T: %v", value, err)
	}
	return text
}

func read[T any](t testing.TB, text []byte) (value T) {
	t.Helper()
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("read %T: %v", value, err)
	}
	return value
}

// merged is base after a merge patch (RFC 7386): objects are joined, null takes away, all else replaces.
func merged(base, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	whole := map[string]any{}
	if old, ok := base.(map[string]any); ok {
		for name, value := range old {
			whole[name] = value
		}
	}
	for name, value := range changes {
		if value == nil {
			delete(whole, name)
		} else {
			whole[name] = merged(whole[name], value)
		}
	}
	return whole
}

// scene is what a judgement is made of. A case that is there and null is none.
type scene map[string]any

func (s scene) patched(patch scene) scene {
	next := scene{}
	for name, value := range s {
		next[name] = value
	}
	for name, value := range patch {
		next[name] = merged(s[name], value)
	}
	return next
}

func (s scene) read(t testing.TB) (*shared.Case, shared.Body, shared.Judging) {
	t.Helper()
	judging := read[shared.Judging](t, toJSON(t, s["judging"]))
	judging.Workflow = shared.BuiltinWorkflow()
	return read[*shared.Case](t, toJSON(t, s["case"])), read[shared.Body](t, toJSON(t, s["body"])), judging
}

// sceneVectors is a file of judgements: every vector patches the base.
type sceneVectors struct {
	Base    scene
	Vectors []sceneVector
}

type sceneVector struct {
	Name, Law string
	Patch     scene
	Expected  any
}

func (v *sceneVector) UnmarshalJSON(text []byte) error {
	whole := map[string]any{}
	if err := json.Unmarshal(text, &whole); err != nil {
		return err
	}
	v.Name, _ = whole["name"].(string)
	v.Law, _ = whole["law"].(string)
	v.Expected = whole["expected"]
	v.Patch = scene{}
	for _, part := range []string{"case", "body", "judging"} {
		if value, ok := whole[part]; ok {
			v.Patch[part] = value
		}
	}
	return nil
}

// lawful keeps a law's vectors.
func lawful(vectors []sceneVector, law string) []sceneVector {
	kept := slices.DeleteFunc(slices.Clone(vectors), func(v sceneVector) bool { return v.Law != law })
	return kept
}

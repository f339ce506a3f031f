package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestL10_ChoicesAreOnesOwn(t *testing.T) {
	w := newWorld(t)
	one, two := w.cookie("a-one"), w.cookie("a-two")
	put := func(as, key, body string) int { return w.ask(as, "PUT", "/api/me/choices/"+key, body, nil).Code }
	get := func(as string) string { return w.ask(as, "GET", "/api/me/choices", "", nil).Body.String() }
	if got := get(one); got != "{}" {
		t.Errorf("who chose nothing is told %s", got)
	}
	if code := put(one, "telling", `{"was":0,"value":{"kinds":[{"kind":"task","ways":["push"]}],"quiet":{"from":1320,"to":420,"urgent":true}}}`); code != http.StatusOK {
		t.Fatalf("answered %d", code)
	}
	if code := put(one, "views", `{"was":0,"value":[{"name":"超期","link":"limit=over"}]}`); code != http.StatusOK {
		t.Fatalf("answered %d", code)
	}
	if got := get(one); !strings.Contains(got, `"telling":{"version":1,"value":{"kinds":[{"kind":"task","ways":["push"]}],"quiet":{"from":1320,"to":420,"urgent":true}}}`) || !strings.Contains(got, "超期") {
		t.Errorf("it is told %s", got)
	}
	if got := get(two); got != "{}" {
		t.Errorf("another is told %s", got)
	}
	// A second device that saw something else changes nothing.
	if code := put(one, "telling", `{"was":0,"value":{"kinds":[]}}`); code != http.StatusPreconditionFailed {
		t.Errorf("an older version is answered %d", code)
	}
	if code := put(one, "telling", `{"was":1,"value":{"kinds":[]}}`); code != http.StatusOK {
		t.Errorf("the version that is there is answered %d", code)
	}
}

func TestChoicesHaveTheirShape(t *testing.T) {
	w := newWorld(t)
	as := w.cookie("a-one")
	for _, one := range [][2]string{
		{"telling", `{"kinds":[{"kind":"weather","ways":[]}]}`}, {"telling", `{"kinds":[],"more":1}`}, {"telling", `[]`}, {"telling", `{"quiet":{"from":1,"to":1}}`},
		{"views", `{}`}, {"views", `[{"name":"","link":"a=b"}]`}, {"views", `[{"name":"x","link":"a=b","more":"y"}]`}, {"views", ``},
	} {
		if answer := w.ask(as, "PUT", "/api/me/choices/"+one[0], `{"was":0,"value":`+one[1]+`}`, nil); answer.Code != http.StatusBadRequest {
			t.Errorf("%s %s is answered %d", one[0], one[1], answer.Code)
		}
	}
}

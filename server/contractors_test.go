package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buxun/server/identity"
	"buxun/server/photo"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
)

// site is a stranger's browser at a server.
type site struct {
	t   *testing.T
	url string
}

// get gives the status and the page.
func (s site) get(path string) (int, string) {
	s.t.Helper()
	request, err := http.NewRequest(http.MethodGet, s.url+path, http.NoBody)
	must(s.t, err)
	return s.ask(request)
}

// ask asks as a browser that goes to a page.
func (s site) ask(request *http.Request) (int, string) {
	s.t.Helper()
	request.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	response, err := http.DefaultClient.Do(request)
	must(s.t, err)
	return s.read(response)
}

func (s site) read(response *http.Response) (int, string) {
	s.t.Helper()
	text, err := io.ReadAll(response.Body)
	must(s.t, err)
	must(s.t, response.Body.Close())
	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src") {
		s.t.Errorf("%s has the policy %q", response.Request.URL, policy)
	}
	return response.StatusCode, string(text)
}

// send fills in the form.
func (s site) send(path, words string, photos ...[]byte) (int, string) {
	s.t.Helper()
	var form bytes.Buffer
	fields := multipart.NewWriter(&form)
	for i, photo := range photos {
		part, err := fields.CreateFormFile("photo", fmt.Sprintf("%d.jpg", i))
		must(s.t, err)
		_, err = part.Write(photo)
		must(s.t, err)
	}
	must(s.t, fields.WriteField("words", words))
	must(s.t, fields.Close())
	request, err := http.NewRequest(http.MethodPost, s.url+path, &form)
	must(s.t, err)
	request.Header.Set("Content-Type", fields.FormDataContentType())
	return s.ask(request)
}

// linked asks for a link to a case.
func linked(t *testing.T, c *drive.Client, caseID, fields string) (int, string) {
	t.Helper()
	response, err := c.HTTP.Post(c.Base+"/api/cases/"+caseID+"/links", "application/json", strings.NewReader(fields))
	must(t, err)
	defer response.Body.Close()
	var answer struct{ URL, Code string }
	must(t, json.NewDecoder(response.Body).Decode(&answer))
	if response.StatusCode != http.StatusCreated {
		return response.StatusCode, answer.Code
	}
	path, here := strings.CutPrefix(answer.URL, c.Base)
	if !here || !strings.HasPrefix(answer.Code, "<svg ") {
		t.Errorf("the link is %q, its code %.40q", answer.URL, answer.Code)
	}
	return response.StatusCode, path
}

// madeLink is a row of the list of links.
type madeLink struct {
	ID, Contractor, State     string
	MadeAt, ExpiresAt, UsedAt int64
}

func listed(t *testing.T, c *drive.Client, caseID string) (list []madeLink) {
	t.Helper()
	response, err := c.HTTP.Get(c.Base + "/api/cases/" + caseID + "/links")
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	var answer struct{ Links []madeLink }
	must(t, json.Unmarshal(text, &answer))
	return answer.Links
}

func revoked(t *testing.T, c *drive.Client, caseID, link string) int {
	t.Helper()
	request, err := http.NewRequest(http.MethodDelete, c.Base+"/api/cases/"+caseID+"/links/"+link, http.NoBody)
	must(t, err)
	response, err := c.HTTP.Do(request)
	must(t, err)
	must(t, response.Body.Close())
	return response.StatusCode
}

// decide pushes one decision of a leader.
func decide(t *testing.T, line *drive.Wire, r *drive.Replica, b shared.Body) {
	t.Helper()
	b.Source, b.Time = shared.SourceCollector, shared.DeviceTime{Device: time.Now().UnixMilli()}
	_, err := r.Make(b)
	must(t, err)
	answers, err := line.Push(r)
	must(t, err)
	applied(t, answers)
}

// assigned is a case that was dispatched to a unit, with what tests of links need.
type assigned struct {
	site
	server   *running
	clock    *atomic.Int64 // added to the real time
	id, hash string        // of the case and of its photo of before
	reporter string        // id of the person, which no contractor sees
	replica  string
	leader   *drive.Client
	started  int64
	leads    *drive.Replica
	desk     *drive.Wire
}

func handOut(t *testing.T) *assigned {
	h := &assigned{clock: &atomic.Int64{}, started: time.Now().UnixMilli()}
	h.server = start(t, demoData(t), func(c *Config) { c.Now = func() time.Time { return time.Now().Add(time.Duration(h.clock.Load())) } })
	h.site = site{t, h.server.URL()}
	phone, replica := enrolled(t, h.url, "c601")
	line := greeted(t, phone, replica)
	before := picture(t, 11)
	h.id, h.hash = report(t, replica, before)
	h.reporter, h.replica = phone.Who.Person.ID, replica.ID
	answers, err := line.Push(replica)
	must(t, err)
	applied(t, answers)
	_, err = phone.Upload(t.Context(), replica, before)
	must(t, err)
	h.leader, h.leads = enrolled(t, h.url, "l6")
	h.desk = greeted(t, h.leader, h.leads)
	if status, code := linked(t, h.leader, h.id, `{"contractor":"张师傅"}`); status != 409 || code != "link.notDispatched" {
		t.Errorf("a link to a case that is with nobody: %d %s", status, code)
	}
	decide(t, h.desk, h.leads, shared.Body{Case: h.id, Action: shared.ActionFile})
	decide(t, h.desk, h.leads, shared.Body{Case: h.id, Action: shared.ActionDispatch, Payload: shared.Payload{Unit: "demo-env"}})
	return h
}

// handles are what the case's timeline tells of handling.
func (h *assigned) handles() (list []shared.Entry) {
	for _, e := range h.server.caseOf(h.t, h.id).Timeline {
		if e.Action == shared.ActionHandle {
			list = append(list, e)
		}
	}
	return list
}

// Links are made, listed and revoked by the leader of the squad and the people of the unit that has the case, and by nobody else; how
// many work at once and how long is bounded.
func TestL10_LinksAreOfTheUnitThatHasTheCase(t *testing.T) {
	h := handOut(t)
	for login, want := range map[string]int{"u3": 404, "c601": 403, "l5": 404, "admin": 403} {
		if status, told := linked(t, signedIn(t, h.url, login), h.id, `{"contractor":"张师傅"}`); status != want {
			t.Errorf("%s asks for a link: %d %s, want %d", login, status, told, want)
		}
	}
	for _, fields := range []string{`{}`, `{"contractor":" "}`, `{"contractor":"张","days":15}`, `{"contractor":"张","days":-1}`, `{"contractor":"` + strings.Repeat("张", 41) + `"}`} {
		if status, code := linked(t, h.leader, h.id, fields); status != 422 || code != "fields.malformed" {
			t.Errorf("%.60s: %d %s", fields, status, code)
		}
	}
	unit, other := signedIn(t, h.url, "u1"), signedIn(t, h.url, "u3")
	_, path := linked(t, unit, h.id, `{"contractor":"  张  师傅 "}`)
	list := listed(t, h.leader, h.id)
	if len(list) != 1 || list[0].Contractor != "张 师傅" || list[0].State != "open" || list[0].ExpiresAt-list[0].MadeAt < 71*3600_000 || list[0].ExpiresAt-list[0].MadeAt > 73*3600_000 {
		t.Errorf("%+v", list)
	}
	if status, _ := h.get(path); status != 200 {
		t.Errorf("the link: %d", status)
	}
	if status := revoked(t, other, h.id, list[0].ID); status != 404 {
		t.Errorf("another unit revokes: %d", status)
	}
	if status := revoked(t, unit, h.id, "0000000000000000"); status != 404 {
		t.Errorf("a link that is not there: %d", status)
	}
	if status := revoked(t, h.leader, h.id, list[0].ID); status != 204 {
		t.Errorf("the leader revokes: %d", status)
	}
	for _, tried := range []func() (int, string){func() (int, string) { return h.get(path) }, func() (int, string) { return h.send(path, "", picture(t, 12)) }} {
		if status, page := tried(); status != 410 || !strings.Contains(page, "这个链接已经撤销") {
			t.Errorf("a revoked link: %d %s", status, page)
		}
	}
	if status, _ := h.get(path + "/" + h.hash + "?size=screen"); status != 410 {
		t.Errorf("the photo by a revoked link: %d", status)
	}
	for n := range 5 {
		if status, told := linked(t, unit, h.id, `{"contractor":"张师傅"}`); status != 201 {
			t.Errorf("link %d: %d %s", n, status, told)
		}
	}
	if status, code := linked(t, unit, h.id, `{"contractor":"张师傅"}`); status != 409 || code != "link.tooMany" {
		t.Errorf("one too many: %d %s", status, code)
	}
	if list := listed(t, unit, h.id); len(list) != 6 || list[5].State != "revoked" || len(h.handles()) != 0 {
		t.Errorf("%+v", list)
	}
	trail, err := h.server.centre.store.Audit(t.Context(), "case "+h.id)
	must(t, err)
	if len(trail) != 7 || trail[1].What != "link revoked" || !strings.Contains(trail[0].Detail, `contractor="张 师傅"`) || strings.Contains(fmt.Sprint(trail), path[len("/h/"):]) {
		t.Errorf("the trail: %+v", trail)
	}

	// The case goes to another unit: its people see no other unit's links, and those lead nowhere.
	_, path = linked(t, h.leader, h.id, `{"contractor":"x"}`)
	if path != "link.tooMany" {
		t.Errorf("%s", path)
	}
	open := listed(t, unit, h.id)[0]
	worker, works := enrolled(t, h.url, "u1")
	back := greeted(t, worker, works)
	decide(t, back, works, shared.Body{Case: h.id, Action: shared.ActionHandBack, Payload: shared.Payload{Reason: "不归我们"}})
	decide(t, h.desk, h.leads, shared.Body{Case: h.id, Action: shared.ActionDispatch, Payload: shared.Payload{Unit: "demo-works"}})
	if list := listed(t, other, h.id); len(list) != 0 {
		t.Errorf("the next unit sees %+v", list)
	}
	if status := revoked(t, other, h.id, open.ID); status != 404 {
		t.Errorf("the next unit revokes: %d", status)
	}
	for _, one := range listed(t, h.leader, h.id) {
		if one.State != "over" && one.State != "revoked" {
			t.Errorf("after the case went elsewhere: %+v", one)
		}
	}
}

// A contractor without an account reports one case handled, once: the page shows what it was and whose it is to nobody, the photos
// go the way of all photos, and leader and unit see who did it for whom (L10).
func TestL10_R52_AContractorWithALinkReportsOneCaseHandledOnce(t *testing.T) {
	h := handOut(t)
	status, path := linked(t, h.leader, h.id, `{"contractor":"张师傅","days":2}`)
	if status != http.StatusCreated || !strings.HasPrefix(path, "/h/") || len(path) < 40 {
		t.Fatalf("%d %s", status, path)
	}
	_, second := linked(t, h.leader, h.id, `{"contractor":"李师傅","days":2}`)
	raw, err := http.NewRequest(http.MethodPost, h.url+path, strings.NewReader("photo=x"))
	must(t, err)
	raw.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _ := h.ask(raw); status != 403 {
		t.Errorf("a form on another site: %d", status)
	}

	status, page := h.get(path)
	if status != 200 || !strings.Contains(page, h.hash) || !strings.Contains(page, "会记成“张师傅代石峰环卫（演示）处置”") || !strings.Contains(page, `capture="environment"`) {
		t.Fatalf("%d %s", status, page)
	}
	for _, secret := range []string{"采集员", "c601", "中队长", h.reporter, h.replica, "<script"} {
		if strings.Contains(page, secret) {
			t.Errorf("the page tells %q", secret)
		}
	}
	if _, seen, _, err := h.server.centre.store.Link(t.Context(), identity.HashToken(path[len("/h/"):])); err != nil || seen.ID != h.id || seen.Reporter.ID != "" {
		t.Errorf("the page is made of %+v, %v", seen.Reporter, err)
	}
	if status, shown := h.get(path + "/" + h.hash + "?size=screen"); status != 200 || shown == "" {
		t.Errorf("the photo of before: %d", status)
	}
	for _, other := range []string{"/" + h.hash, "/" + shared.HashText("no such photo") + "?size=screen"} {
		if status, _ := h.get(path + other); status != 404 {
			t.Errorf("%s: %d", other, status)
		}
	}
	for _, row := range []struct {
		words  string
		photos [][]byte
		says   string
	}{
		{"我说的话", nil, "还没有照片"}, {"我说的话", [][]byte{[]byte("no photo")}, "不是照片"}, {strings.Repeat("长", 501), [][]byte{picture(t, 12)}, "太长"},
		{"我说的话", [][]byte{picture(t, 1), picture(t, 2), picture(t, 3), picture(t, 4), picture(t, 5), picture(t, 6), picture(t, 7)}, "太多"},
	} {
		if status, page := h.send(path, row.words, row.photos...); status != 422 || !strings.Contains(page, row.says) || !strings.Contains(page, row.words[:9]) {
			t.Errorf("%s: %d %s", row.says, status, page)
		}
	}

	after := picture(t, 12)
	if status, page := h.send(path, "已清运", after); status != 200 || !strings.Contains(page, "已经报了处置完成") {
		t.Fatalf("%d %s", status, page)
	}
	if status, page := h.send(path, "再来一次", picture(t, 13)); status != 200 || !strings.Contains(page, "已经报了处置完成") {
		t.Errorf("a second time: %d %s", status, page)
	}
	if status, page := h.send(second, "", picture(t, 13)); status != 410 || !strings.Contains(page, "不用你处置") {
		t.Errorf("a second link: %d %s", status, page)
	}
	if status, _ := h.get(path + "/" + h.hash + "?size=screen"); status != 404 {
		t.Errorf("the photo, after the link was used: %d", status)
	}
	for _, login := range []string{"l6", "u1"} {
		cases, _, _, err := greeted(t, signedIn(t, h.url, login)).Pull()
		must(t, err)
		seen := false
		for _, c := range cases {
			if c.ID != h.id {
				continue
			}
			seen = true
			last, photo := c.Timeline[len(c.Timeline)-1], c.Photos[len(c.Photos)-1]
			if c.State != shared.StateHandled || c.Unit != "demo-env" || last.Action != shared.ActionHandle || last.Role != shared.RoleServer || last.Payload.Contractor != "张师傅" || last.Payload.Words != "已清运" {
				t.Errorf("%s sees %s, %+v", login, c.State, last)
			}
			if len(c.Photos) != 2 || photo.Hash != shared.HashText(string(after)) || photo.Part != shared.PartAfter || photo.Here != shared.ArrivalHere || photo.PreviewHere != shared.ArrivalHere || photo.Origin != shared.OriginSystemCamera || photo.TakenAt < h.started {
				t.Errorf("%s sees %d photos, %+v", login, len(c.Photos), photo)
			}
		}
		if !seen {
			t.Errorf("%s does not see the case", login)
		}
	}
	if got, err := h.leader.Photo(t.Context(), shared.HashText(string(after))); err != nil || !bytes.Equal(got, after) {
		t.Errorf("the leader's: %d bytes, %v", len(got), err)
	}
	if list := listed(t, h.leader, h.id); len(list) != 2 || list[0].State != "over" && list[1].State != "over" || list[0].UsedAt+list[1].UsedAt == 0 {
		t.Errorf("%+v", list)
	}

	// It was not done well: the link that was used stays used, the other one goes on until its time is over.
	decide(t, h.desk, h.leads, shared.Body{Case: h.id, Action: shared.ActionRework, Payload: shared.Payload{Reason: "没清干净"}})
	if _, page := h.get(path); !strings.Contains(page, "已经报了处置完成") {
		t.Errorf("a used link after the rework: %s", page)
	}
	if status, _ := h.get(second); status != 200 {
		t.Errorf("the other link after the rework: %d", status)
	}
	h.clock.Store(int64(49 * time.Hour))
	if status, page := h.get(second); status != 410 || !strings.Contains(page, "过期") {
		t.Errorf("after its time: %d %s", status, page)
	}
	if status, page := h.send(second, "", picture(t, 14)); status != 410 || !strings.Contains(page, "过期") || len(h.handles()) != 1 {
		t.Errorf("reported after its time: %d %s", status, page)
	}
	if log := h.server.log.String(); strings.Contains(log, path[len("/h/"):]) || strings.Contains(log, second[len("/h/"):]) {
		t.Error("the log tells the link")
	}
}

// What is sent twice at once, or again after the server was killed between the operation and its note, counts once (L3).
func TestL3_R52_WhatAContractorSendsAgainCountsOnce(t *testing.T) {
	h := handOut(t)
	_, path := linked(t, h.leader, h.id, `{"contractor":"张师傅"}`)
	id := listed(t, h.leader, h.id)[0].ID
	after := picture(t, 12)
	seen, err := photo.Inspect(bytes.NewReader(after), int64(len(after)))
	must(t, err)
	// As far as a server comes that is killed then: the operation is in the log, the link's row says nothing.
	must(t, contractors{h.server.Main}.Handle(t.Context(), h.server.caseOf(t, h.id), shared.Payload{Contractor: "张师傅", Link: id}, []shared.Photo{{
		Hash: shared.HashText(string(after)), Size: int64(len(after)), Type: seen.Type, Width: seen.Width, Height: seen.Height, Origin: shared.OriginGallery, Part: shared.PartAfter,
	}}))
	if status, page := h.get(path); status != 200 || !strings.Contains(page, "照片没有传完") {
		t.Errorf("%d %s", status, page)
	}
	if status := revoked(t, h.leader, h.id, id); status != 204 || listed(t, h.leader, h.id)[0].State != "sending" {
		t.Errorf("what was reported is revoked: %d", status)
	}
	if status, page := h.send(path, "", picture(t, 13)); status != 422 || !strings.Contains(page, "不是上次报的照片") {
		t.Errorf("other photos: %d %s", status, page)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if status, page := h.send(path, "", after); status != 200 || !strings.Contains(page, "已经报了处置完成") {
				t.Errorf("%d %s", status, page)
			}
		})
	}
	all.Wait()
	if handles := h.handles(); len(handles) != 1 || handles[0].Late != "" || len(h.server.caseOf(t, h.id).Photos) != 2 {
		t.Errorf("%+v", handles)
	}
	if list := listed(t, h.leader, h.id); list[0].State != "used" {
		t.Errorf("%+v", list)
	}
}

// blockedForms counts the forms that wait for a lock, or for the writer with their operation.
func blockedForms() (count int) {
	stacks := make([]byte, 4<<20)
	for one := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		head, _, _ := strings.Cut(one, "\n")
		if strings.Contains(one, "web.(*server).useLink(") && (strings.Contains(head, "[sync.Mutex.Lock") || strings.Contains(one, "live.(*Committer).Commit(")) {
			count++
		}
	}
	return count
}

// Two forms come at once by one link, with different photos. The writer is held up, so that both have seen that nothing was reported yet:
// one handles the case, and the other is told so.
func TestL3_R52_TwoFormsAtOnceByOneLinkAreOne(t *testing.T) {
	h := handOut(t)
	_, path := linked(t, h.leader, h.id, `{"contractor":"张师傅"}`)
	ready, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := h.server.centre.store.Change(t.Context(), func(context.Context, *sqlite.Change) error {
			close(ready)
			<-release
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-ready
	for n := range 2 {
		all.Go(func() {
			if status, page := h.send(path, "", picture(t, 20+n)); status != 200 || !strings.Contains(page, "已经报了处置完成") {
				t.Errorf("%d %s", status, page)
			}
		})
	}
	for blockedForms() < 2 {
		runtime.Gosched()
	}
	close(release)
	all.Wait()
	if handles := h.handles(); len(handles) != 1 || handles[0].Late != "" || len(h.server.caseOf(t, h.id).Photos) != 2 {
		t.Errorf("%+v", handles)
	}
}

// Who tries addresses is stopped as who tries passwords is, and told so; a program is told by a problem document (L12).
func TestL12_WhoGuessesLinksIsToldAndStopped(t *testing.T) {
	h := handOut(t)
	for _, path := range []string{"/h/guessed", "/h/", "/h/a/b/c"} {
		if status, page := h.get(path); status != 404 || !strings.Contains(page, "<h1>没有这个链接</h1>") || !strings.Contains(page, "看看链接是不是复制全了") {
			t.Errorf("%s: %d %s", path, status, page)
		}
	}
	english, err := http.NewRequest(http.MethodPut, h.url+"/h/guessed", http.NoBody)
	must(t, err)
	english.Header.Set("Accept-Language", "en")
	if status, page := h.ask(english); status != 405 || !strings.Contains(page, `<html lang="en">`) || !strings.Contains(page, "<h1>") {
		t.Errorf("%d %s", status, page)
	}
	response, err := http.Get(h.url + "/h/guessed")
	must(t, err)
	if kind := response.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		t.Errorf("a program is told %s", kind)
	}
	if status, text := h.read(response); status != 404 || !strings.Contains(text, `"code":"link.unknown"`) {
		t.Errorf("%d %s", status, text)
	}
	_, path := linked(t, h.leader, h.id, `{"contractor":"张师傅"}`)
	for n := 0; ; n++ {
		if status, page := h.get("/h/guessed"); status == 429 && strings.Contains(page, "试的次数太多了") {
			break
		}
		if n > 100 {
			t.Fatal("whoever guesses may go on for ever")
		}
	}
	if status, _ := h.get(path); status != 429 {
		t.Errorf("after too many guesses, a true one: %d", status)
	}
	h.clock.Store(int64(time.Minute))
	for range 100 {
		if status, _ := h.get(path); status != 200 {
			t.Fatalf("a true link is stopped: %d", status)
		}
	}
	if strings.Contains(h.server.log.String(), "guessed") {
		t.Error("the log tells what was tried")
	}
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"buxun/server/demo"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"
)

// patient is how long a phone of the torture waits for one conversation or one photo before it begins anew.
const patient = 3 * time.Second

// tale is all that one phone was told, over all lives of the server. It is the phone's own thread's.
type tale struct {
	t       testing.TB
	name    string
	client  *drive.Client
	replica *drive.Replica
	chance  *rand.Rand
	street  *street
	told    map[int64]wire.Answer // answers, by counter
	taken   map[string][]byte     // photos and previews of all operations that were made, by hash
	naming  map[int64][]string    // hashes that an operation names, by counter
	owed    []string              // hashes of answered operations that are not acknowledged
	kept    map[string]bool       // hashes that are
	cases   []string
	deeds   deeds
}

// deeds are counted for the record.
type deeds struct {
	Operations    int `json:"operations"`
	Photos        int `json:"photos"`
	Repeats       int `json:"repeatedAnswers"`
	Conversations int `json:"conversations"`
	Broken        int `json:"brokenConversations"`
	Asked         int `json:"photosAskedForAgain"`
}

// street is what the phones of one run share.
type street struct {
	mutex   sync.Mutex
	reports []string        // cases that the server has
	spoiled map[string]bool // hashes whose files somebody spoiled and that no phone has sent again yet
}

func (s *street) reported(id string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.reports = append(s.reports, id)
}

func (s *street) pick(chance *rand.Rand) (string, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.reports) == 0 {
		return "", false
	}
	return s.reports[chance.IntN(len(s.reports))], true
}

func (s *street) isSpoiled(hash string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.spoiled[hash]
}

func (s *street) mended(hash string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.spoiled, hash)
}

func (s *street) spoiledCount() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.spoiled)
}

func (p *tale) wrong(format string, words ...any) {
	p.t.Errorf(p.name+": "+format, words...)
}

// live works until the life of the server ends.
func (p *tale) live(ctx context.Context) {
	for ctx.Err() == nil {
		p.deeds.Conversations++
		if err := p.converse(ctx, 1+p.chance.IntN(5)); err != nil {
			p.deeds.Broken++
			rest(ctx, time.Duration(5+p.chance.IntN(40))*time.Millisecond)
		}
	}
}

// rest is a phone's back-off.
func rest(ctx context.Context, long time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(long):
	}
}

// converse is one connection: greeting, some deeds, their photos.
func (p *tale) converse(ctx context.Context, deeds int) error {
	ctx, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	line, err := p.client.Dial(ctx)
	if shared.FaultCode(err) == "session.missing" {
		err = p.client.SignIn(ctx, p.name, demo.Password)
		if err == nil {
			line, err = p.client.Dial(ctx)
		}
	}
	if err != nil {
		return err
	}
	defer line.Close()
	defer context.AfterFunc(ctx, func() { _ = line.Close() })()
	welcome, err := line.Hello(nil, p.replica)
	if err != nil {
		return err
	}
	if known := welcome.Replicas[0].Counter; known < p.last() {
		p.wrong("L2: acknowledged up to %d, known up to %d", p.last(), known)
	}
	if len(p.kept) > 0 && p.chance.IntN(4) == 0 || p.street.spoiledCount() > 0 {
		if err := p.look(line); err != nil {
			return err
		}
	}
	for range deeds {
		for range 1 + p.chance.IntN(3) {
			p.act()
		}
		if p.chance.IntN(8) == 0 && p.replica.Acked > 0 { // an acknowledgement that was forgotten
			p.replica.Acked -= min(p.replica.Acked, int64(p.chance.IntN(5)))
			p.replica.AckedHash = ""
		}
		if err := p.push(line); err != nil {
			return err
		}
		if err := p.sendPhotos(ctx); err != nil {
			return err
		}
	}
	return nil
}

// last is the last operation that was answered.
func (p *tale) last() (last int64) {
	for counter := range p.told {
		last = max(last, counter)
	}
	return last
}

func (p *tale) push(line *drive.Wire) error {
	answers, err := line.Push(p.replica)
	for _, a := range answers {
		if before, ok := p.told[a.Counter]; ok {
			p.deeds.Repeats++
			if before != a {
				p.wrong("L3: operation %d was answered %+v, repeated %+v", a.Counter, before, a)
			}
			continue
		}
		if hash := shared.HashText(p.replica.Made[a.Counter-1]); a.Hash != hash {
			p.wrong("L3: operation %d is %s, the answer is about %s", a.Counter, hash, a.Hash)
		}
		if a.Outcome == shared.OutcomeRefused && p.naming[a.Counter] != nil {
			p.wrong("L6: evidence was refused: %s: %s", a.Fault, p.replica.Made[a.Counter-1])
		}
		p.told[a.Counter] = a
		p.owed = append(p.owed, p.naming[a.Counter]...)
		if body, err := shared.ParseBody(p.replica.Made[a.Counter-1]); err == nil && body.Action == shared.ActionReport {
			p.street.reported(body.Case)
		}
	}
	return err
}

// act makes one operation: most are reports with a photo, the rest words and photos for cases that are there.
func (p *tale) act() {
	p.deeds.Operations++
	b := shared.Body{
		Case: drive.NewID(), Source: shared.SourceCollector, Action: shared.ActionReport, Taxonomy: "1", Time: shared.DeviceTime{Device: time.Now().UnixMilli()},
		Payload: shared.Payload{Category: category, Description: fmt.Sprintf("<井盖> & %d", p.deeds.Operations)},
	}
	known, ok := p.street.pick(p.chance)
	switch draw := p.chance.IntN(10); {
	case p.client.Who.Person.Role == shared.RoleLeader && ok:
		b.Case, b.Seen = known, 1
		b.Action = []shared.Action{shared.ActionFile, shared.ActionReturn, shared.ActionReject, shared.ActionComment}[p.chance.IntN(4)]
		b.Payload = shared.Payload{Reason: "照片看不清", Words: "看一下"}
	case p.client.Who.Person.Role == shared.RoleLeader:
		p.photos(&b)
	case draw < 6 || len(p.cases) == 0:
		p.photos(&b)
		p.cases = append(p.cases, b.Case)
	case draw < 8:
		b.Case, b.Seen, b.Action = p.cases[p.chance.IntN(len(p.cases))], 1, shared.ActionComment
		b.Payload = shared.Payload{Words: fmt.Sprintf("第 %d 次", p.deeds.Operations)}
	default:
		b.Case, b.Seen, b.Action, b.Payload = p.cases[p.chance.IntN(len(p.cases))], 1, shared.ActionAttach, shared.Payload{}
		p.photos(&b)
	}
	if _, err := p.replica.Make(b); err != nil {
		p.wrong("make an operation: %v", err)
		return
	}
	for _, one := range b.Photos {
		p.naming[int64(len(p.replica.Made))] = append(p.naming[int64(len(p.replica.Made))], one.Preview.Hash, one.Hash)
	}
}

// photos gives an operation one or two photos with their previews; now and then one that is wide enough for a smaller picture.
func (p *tale) photos(b *shared.Body) {
	for range 1 + p.chance.IntN(2) {
		seed := p.chance.IntN(1 << 20)
		original := picture(p.t, seed)
		if p.chance.IntN(3) == 0 {
			original = wide(p.t, seed)
		}
		tail := make([]byte, 16+p.chance.IntN(40_000))
		for i := range tail {
			tail[i] = byte(p.chance.Uint32())
		}
		original = append(original, tail...)
		preview := append(dwarf(p.t, seed), tail[:16]...)
		p.taken[shared.HashText(string(original))] = original
		p.taken[shared.HashText(string(preview))] = preview
		b.Photos = append(b.Photos, shared.Photo{
			Hash: shared.HashText(string(original)), Size: int64(len(original)), Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene,
			TakenAt: b.Time.Device, Preview: &shared.Preview{Hash: shared.HashText(string(preview)), Size: int64(len(preview))},
		})
	}
}

// dwarf is a small JPEG that differs with n.
func dwarf(t testing.TB, n int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * (n + 3) >> 4)
	}
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, img, nil))
	return out.Bytes()
}

// sendPhotos sends what is owed; a photo that does not go is tried again in the next conversation.
func (p *tale) sendPhotos(ctx context.Context) error {
	for len(p.owed) > 0 {
		hash := p.owed[0]
		state, err := p.client.Upload(ctx, p.replica, p.taken[hash])
		switch {
		case shared.FaultCode(err) == "photo.held":
		case err != nil:
			return err
		case state != shared.ArrivalHere:
			p.wrong("L7: photo %s is %s", hash, state)
		}
		p.owed = p.owed[1:]
		p.kept[hash] = true
		p.deeds.Photos++
		if p.street.isSpoiled(hash) {
			p.street.mended(hash)
		}
	}
	return nil
}

// look asks whether what was acknowledged is still there; what somebody spoiled, the server asks for again (R44).
func (p *tale) look(line *drive.Wire) error {
	var hashes []string
	for hash := range p.kept {
		hashes = append(hashes, hash)
	}
	for part := range slices.Chunk(hashes, 200) {
		held, err := line.Held(p.replica, part)
		if err != nil {
			return err
		}
		for _, hash := range part {
			if slices.Contains(held.Here, hash) {
				continue
			}
			if !p.street.isSpoiled(hash) {
				p.wrong("L2: photo %s was acknowledged and the server does not hold it", hash)
			}
			p.deeds.Asked++
			delete(p.kept, hash)
			p.owed = append(p.owed, hash)
		}
	}
	return nil
}

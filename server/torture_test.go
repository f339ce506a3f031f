package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"buxun/sync/wire"
)

// Torture: the real program is killed at random and seeded points while phones push through a bad line, its disk fills up, its
// clock jumps, its files are spoiled; afterwards everything is read back and compared with what each phone was told. The plan
// of a run comes from its seed alone; which phone is where when the blow falls is the machine's affair.
//
// BUXUN_TORTURE_MINUTES runs it longer (`make torture`), BUXUN_TORTURE_SEED repeats a plan.

// suffering is what a torture did, for docs/reliability.md.
type suffering struct {
	Seed    uint64         `json:"seed"`
	Seconds int            `json:"seconds"`
	Runs    int            `json:"runs"`
	Lives   int            `json:"livesOfTheServer"`
	Faults  map[string]int `json:"faults"`
	deeds
	mutex sync.Mutex
}

func TestL2_TortureLosesNothingThatWasAcknowledged(t *testing.T) {
	seed, minutes := uint64(time.Now().UnixNano()), 0.0
	if text := os.Getenv("BUXUN_TORTURE_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		must(t, err)
	}
	if text := os.Getenv("BUXUN_TORTURE_MINUTES"); text != "" {
		var err error
		minutes, err = strconv.ParseFloat(text, 64)
		must(t, err)
	}
	fmt.Printf("torture: repeat with SEED=%d\n", seed)
	s := &suffering{Seed: seed, Faults: map[string]int{}}
	begun := time.Now()
	lives := 6
	if minutes > 0 {
		lives = 12
	}
	for {
		if !t.Run(fmt.Sprintf("seed %d", seed+uint64(s.Runs)), func(t *testing.T) { s.run(t, seed+uint64(s.Runs), lives) }) {
			break
		}
		s.Runs++
		if time.Since(begun).Minutes() >= minutes {
			break
		}
	}
	s.Seconds = int(time.Since(begun).Seconds())
	text, err := json.MarshalIndent(s, "", "  ")
	must(t, err)
	fmt.Printf("torture: %s\n", text)
	if name := os.Getenv("BUXUN_TORTURE_OUT"); name != "" {
		must(t, os.WriteFile(name, append(text, '\n'), 0o600))
	}
}

// dungeon is one run: a data directory, a line, and phones.
type dungeon struct {
	*suffering
	t      *testing.T
	chance *rand.Rand
	data   string
	port   string
	line   *badLine
	phones []*tale
	street *street
	scream *os.File // where the server's log goes
}

func (s *suffering) run(t *testing.T, seed uint64, lives int) {
	d := &dungeon{suffering: s, t: t, chance: rand.New(rand.NewPCG(seed, 1)), street: &street{spoiled: map[string]bool{}}}
	d.data = filepath.Join(smallDisk(t), "data")
	from, err := template()
	must(t, err)
	must(t, os.CopyFS(d.data, os.DirFS(from)))
	d.scream, err = os.Create(filepath.Join(t.TempDir(), "server.log"))
	must(t, err)
	defer d.scream.Close()
	d.port = freePort(t)
	d.line = layBadLine(t, "127.0.0.1:"+d.port)
	d.moveIn(seed)
	for range lives {
		d.live()
	}
	d.home()
	for _, p := range d.phones {
		s.Operations += p.deeds.Operations
		s.Photos += p.deeds.Photos
		s.Repeats += p.deeds.Repeats
		s.Conversations += p.deeds.Conversations
		s.Broken += p.deeds.Broken
		s.Asked += p.deeds.Asked
	}
	if t.Failed() {
		text, _ := os.ReadFile(d.scream.Name())
		t.Logf("the server's last words:\n%s", text[max(0, len(text)-8000):])
	}
}

// moveIn signs everybody in over a good line.
func (d *dungeon) moveIn(seed uint64) {
	server, ok := d.begin(misfortune{})
	if !ok {
		d.t.Fatal("the server does not start")
	}
	defer server.end()
	for i, login := range []string{"c601", "c602", "c603", "c604", "c605", "l6"} {
		client, replica := enrolled(d.t, d.line.url, login)
		d.phones = append(d.phones, &tale{
			t: d.t, name: login, client: client, replica: replica, chance: rand.New(rand.NewPCG(seed, uint64(i)+2)), street: d.street,
			told: map[int64]wire.Answer{}, taken: map[string][]byte{}, naming: map[int64][]string{}, kept: map[string]bool{},
		})
	}
}

// insides are steps at which a life may end by itself, and how often each comes at most before it does.
var insides = []struct {
	step string
	most int64
}{
	{"clock", 400}, {"create uploads", 30}, {"append uploads", 30}, {"write uploads", 40}, {"sync uploads", 30}, {"create note", 30}, {"mkdir originals", 10},
	{"syncdir originals", 20}, {"rename originals", 30}, {"remove note", 30}, {"create screens", 3}, {"write screens", 3}, {"rename screens", 3},
}

// live is one life of the server, from its start to a violent end.
func (d *dungeon) live() {
	d.Lives++
	var fate misfortune
	outside := ""
	if d.chance.IntN(3) > 0 {
		one := insides[d.chance.IntN(len(insides))]
		fate.Kill, fate.Nth, fate.After = one.step, 1+d.chance.Int64N(one.most), one.step != "clock" && d.chance.IntN(2) == 0
	} else {
		outside = []string{"pushed", "answered", "sent a photo"}[d.chance.IntN(3)]
	}
	if d.chance.IntN(4) == 0 {
		fate.SlowMs = 1 + d.chance.IntN(20)
		d.count("slow disk")
	}
	if d.chance.IntN(4) == 0 {
		day := int64(24 * 3_600_000)
		fate.Steps, fate.StepMs = []int64{0, d.chance.Int64N(3 * day), -d.chance.Int64N(3 * day)}, 200
		d.count("clock stepped")
	}
	fate.Switch = filepath.Join(d.t.TempDir(), "read-only")
	server, ok := d.begin(fate)
	if !ok {
		d.count("killed while starting")
		return
	}
	if d.chance.IntN(4) == 0 {
		d.second(server)
	}
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Duration(700+d.chance.IntN(1500))*time.Millisecond)
	defer cancel()
	var group sync.WaitGroup
	for _, p := range d.phones {
		group.Go(func() { p.live(ctx) })
	}
	weather := rand.New(rand.NewPCG(d.chance.Uint64(), 9))
	group.Go(func() { d.weather(ctx, weather) })
	misery := rand.New(rand.NewPCG(d.chance.Uint64(), 8))
	group.Go(func() { d.misery(ctx, misery, fate.Switch) })
	delay := time.Duration(d.chance.IntN(6000)) * time.Microsecond
	if outside != "" {
		after := time.Duration(100+d.chance.IntN(1000)) * time.Millisecond
		group.Go(func() { d.strike(ctx, server, outside, after, delay) })
	}
	select {
	case <-ctx.Done():
		d.count("killed at no point in particular")
	case <-server.gone:
		if outside != "" {
			d.count("killed after a phone " + outside)
		} else {
			d.count("killed at: " + fate.Kill)
		}
	}
	server.kill()
	cancel()
	group.Wait()
	if d.chance.IntN(3) == 0 {
		d.spoil()
	}
}

// strike kills the server a moment after a deed of any phone that the line saw.
func (d *dungeon) strike(ctx context.Context, server *victimised, what string, after, delay time.Duration) {
	rest(ctx, after)
	kind := map[string]string{"pushed": "/api/live", "answered": "/api/live", "sent a photo": "/api/uploads"}[what]
	before := d.line.carried(kind)
	for ctx.Err() == nil {
		rest(ctx, time.Millisecond)
		now := d.line.carried(kind)
		if what == "answered" && now.down > before.down || what != "answered" && now.up > before.up {
			break
		}
	}
	rest(ctx, delay)
	if ctx.Err() == nil {
		server.kill()
	}
}

// weather changes the line again and again.
func (d *dungeon) weather(ctx context.Context, chance *rand.Rand) {
	for ctx.Err() == nil {
		name, m := forecast(chance)
		d.line.become(m)
		d.count(name)
		rest(ctx, time.Duration(100+chance.IntN(300))*time.Millisecond)
	}
	d.line.become(nil)
}

func (s *suffering) count(name string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.Faults[name]++
}

func forecast(chance *rand.Rand) (string, map[string]any) {
	switch chance.IntN(9) {
	case 0:
		return "line: resets", map[string]any{"resetPercent": 1 + chance.IntN(20), "seed": 1 + chance.IntN(1000)}
	case 1:
		return "line: 20 kbit/s", map[string]any{"bytesPerSecond": 2500}
	case 2:
		return "line: late", map[string]any{"latencyMs": 20 + chance.IntN(300)}
	case 3:
		return "line: cut on the way up", map[string]any{"cutAfterUp": 1 + chance.IntN(20_000), "cutTimes": -1}
	case 4:
		return "line: cut on the way down", map[string]any{"cutAfterDown": 1 + chance.IntN(4000), "cutTimes": -1}
	case 5:
		return "line: half-open", map[string]any{"silence": []string{"up", "down", "both"}[chance.IntN(3)]}
	case 6:
		return "line: cut in a photo", map[string]any{"match": "PATCH /api/uploads", "cutAfterUp": 300 + chance.IntN(20_000), "cutTimes": -1}
	}
	return "line: good", nil
}

// misery fills the disk, or makes it read-only, for a while.
func (d *dungeon) misery(ctx context.Context, chance *rand.Rand, readOnly string) {
	rest(ctx, time.Duration(50+chance.IntN(400))*time.Millisecond)
	var name string
	var undo func()
	switch chance.IntN(4) {
	case 0:
		ballast := filepath.Join(filepath.Dir(d.data), "ballast")
		if !onSmallDisk(d.data) {
			return
		}
		name, undo = "disk full", func() { _ = os.Remove(ballast) }
		fill(ballast)
	case 1:
		name, undo = "read-only disk", func() { _ = os.Remove(readOnly) }
		_ = os.WriteFile(readOnly, nil, 0o600)
	default:
		return
	}
	d.count(name)
	rest(ctx, time.Duration(100+chance.IntN(400))*time.Millisecond)
	undo()
}

// fill takes all room that is left.
func fill(name string) {
	f, err := os.Create(name)
	if err != nil {
		return
	}
	defer f.Close()
	for _, size := range []int{1 << 20, 4096, 1} {
		for block := make([]byte, size); err == nil; _, err = f.Write(block) {
		}
		err = nil
	}
}

// second starts another server on the data of one that runs: it must refuse and say why.
func (d *dungeon) second(first *victimised) {
	ctx, cancel := context.WithCancel(d.t.Context())
	defer cancel()
	go func() {
		select {
		case <-first.gone: // the second has the data now, and is not needed
			cancel()
		case <-ctx.Done():
		}
	}()
	program, err := os.Executable()
	must(d.t, err)
	command := exec.CommandContext(ctx, program, "serve", "--demo", "--data", d.data, "--listen", "127.0.0.1:0", "--log-level", "error")
	command.Env, command.SysProcAttr = append(os.Environ(), asProgram+"=1"), withParent
	out, err := command.CombinedOutput()
	if ctx.Err() != nil {
		return
	}
	d.count("second server on the data")
	if err == nil || !strings.Contains(string(out), "another server runs on "+d.data) {
		d.t.Errorf("a second server on the same data: %v\n%s", err, out)
	}
}

// spoil tears or removes the file of a photo that was acknowledged.
func (d *dungeon) spoil() {
	for _, p := range d.phones {
		for hash := range p.kept {
			name := filepath.Join(d.data, photosFolder, "originals", hash[:2], hash)
			stat, err := os.Stat(name)
			if err != nil || d.street.spoiled[hash] {
				continue
			}
			if d.chance.IntN(2) == 0 {
				d.count("photo file torn")
				err = os.Truncate(name, stat.Size()/2)
			} else {
				d.count("photo file removed")
				err = os.Remove(name)
			}
			must(d.t, err)
			d.street.spoiled[hash] = true
			return
		}
	}
}

// home is the end: a good line, a quiet server, everything comes home and is read back.
func (d *dungeon) home() {
	d.line.become(nil)
	server, ok := d.begin(misfortune{})
	if !ok {
		d.t.Fatal("the server does not start again")
	}
	defer server.end()
	var group sync.WaitGroup
	for _, p := range d.phones {
		group.Go(func() { p.comeHome() })
	}
	group.Wait()
	if n := d.street.spoiledCount(); n > 0 {
		d.t.Errorf("R44: %d spoiled photos were not asked for again", n)
	}
	readBack(d.t, "http://127.0.0.1:"+d.port, d.data, d.phones)
}

// comeHome pushes all that the phone ever made once more, and sends what it owes and what the server lost.
func (p *tale) comeHome() {
	p.replica.Acked, p.replica.AckedHash = 0, ""
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	for {
		err := p.converse(ctx, 1)
		if err == nil && len(p.told) == len(p.replica.Made) && len(p.owed) == 0 && p.street.spoiledCount() == 0 {
			return
		}
		if ctx.Err() != nil {
			p.wrong("it did not come home: %d operations, %d answered, %d photos owed, %d spoiled: %v", len(p.replica.Made), len(p.told), len(p.owed), p.street.spoiledCount(), err)
			return
		}
		rest(ctx, 20*time.Millisecond)
	}
}

// victimised is one life of the server.
type victimised struct {
	*exec.Cmd
	gone chan struct{}
}

func (v *victimised) kill() {
	_ = v.Process.Kill()
	<-v.gone
}

// end stops it as an operator would.
func (v *victimised) end() {
	_ = v.Process.Signal(syscall.SIGTERM)
	<-v.gone
}

// begin starts the server; false where it died before it said where it is, as a misfortune may have it.
func (d *dungeon) begin(fate misfortune) (*victimised, bool) {
	d.t.Helper()
	program, err := os.Executable()
	must(d.t, err)
	plan, err := json.Marshal(fate)
	must(d.t, err)
	v := &victimised{exec.Command(program, "serve", "--demo", "--data", d.data, "--listen", "127.0.0.1:"+d.port, "--log-level", "warn"), make(chan struct{})}
	v.Env = append(append(os.Environ(), asProgram+"=1", asVictim+"="+string(plan)), underSlowDisk(d.t, fate.SlowMs, fate.Switch)...)
	v.Stderr, v.SysProcAttr = d.scream, withParent
	out, err := v.StdoutPipe()
	must(d.t, err)
	must(d.t, v.Start())
	lines := bufio.NewScanner(out)
	up := false
	for !up && lines.Scan() {
		up = strings.Contains(lines.Text(), "http://127.0.0.1:")
	}
	go func() {
		_, _ = io.Copy(io.Discard, out)
		_ = v.Wait()
		close(v.gone)
	}()
	d.t.Cleanup(v.kill)
	if !up {
		<-v.gone
		if fate.Kill == "" {
			text, _ := os.ReadFile(d.scream.Name())
			d.t.Fatalf("the server does not start: %s", text[max(0, len(text)-2000):])
		}
	}
	return v, up
}

// withParent ends a child with the test that started it, however that ends.
var withParent = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}

// badLine is sync/badwire in front of a server.
type badLine struct {
	t            *testing.T
	url, control string
}

var badwire = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "buxun-badwire-")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "badwire")
	out, err := exec.Command("go", "build", "-o", name, "buxun/sync/badwire").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build badwire: %w\n%s", err, out)
	}
	return name, nil
})

func layBadLine(t *testing.T, target string) *badLine {
	t.Helper()
	program, err := badwire()
	must(t, err)
	command := exec.Command(program, "-target", target)
	command.SysProcAttr = withParent
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	var at struct{ Wire, Control string }
	must(t, json.NewDecoder(out).Decode(&at))
	return &badLine{t, "http://" + at.Wire, "http://" + at.Control}
}

// become sets the line's mode; nil is a good line.
func (l *badLine) become(mode map[string]any) {
	text, err := json.Marshal(mode)
	must(l.t, err)
	if mode == nil {
		text = []byte("{}")
	}
	response, err := http.Post(l.control+"/mode", "application/json", bytes.NewReader(text))
	if err != nil || response.StatusCode != http.StatusOK {
		l.t.Errorf("the line does not become %s: %v", text, err)
		return
	}
	_ = response.Body.Close()
	if mode == nil { // a line that swallowed bytes stays silent for good
		response, err = http.Post(l.control+"/reset", "application/json", nil)
		if err == nil {
			_ = response.Body.Close()
		}
	}
}

type passed struct{ up, down int64 }

// carried is what open connections of one kind carried so far.
func (l *badLine) carried(kind string) (sum passed) {
	response, err := http.Get(l.control + "/stats")
	if err != nil {
		return sum
	}
	defer response.Body.Close()
	var stats struct {
		Links []struct {
			Request  string
			Up, Down int64
		}
	}
	if json.NewDecoder(response.Body).Decode(&stats) != nil {
		return sum
	}
	for _, one := range stats.Links {
		if strings.Contains(one.Request, kind) {
			sum.up, sum.down = sum.up+one.Up, sum.down+one.Down
		}
	}
	return sum
}

// smallDisk is a folder; where this process may mount, on a small disk of its own that can be filled up.
func smallDisk(t *testing.T) string {
	dir := t.TempDir()
	if syscall.Mount("buxun-torture", dir, "tmpfs", 0, "size=256m") == nil {
		t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	}
	return dir
}

func onSmallDisk(name string) bool {
	var stat syscall.Statfs_t
	return syscall.Statfs(name, &stat) == nil && int64(stat.Blocks)*stat.Bsize <= 256<<20
}

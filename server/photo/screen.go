package photo

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"buxun/shared"
)

const (
	screenEdge    = 1600             // pixels of the longer side
	screenQuality = 80               // JPEG
	screenMemory  = 160 << 20        // bytes that decoding one picture may take
	screenQueue   = 256              // pictures that wait; more are made when they are asked for
	screenTime    = 10 * time.Second // that decoding one picture may take
)

// screens makes pictures for the screen, one at a time, out of originals that are kept. They are derived: what is lost is
// made again when it is asked for.
type screens struct {
	p      *Photos
	queue  chan string
	decode func(Seen, io.Reader) (image.Image, error)

	drawing sync.Mutex // one preview at a time

	mu     sync.Mutex
	waits  map[string]bool
	failed map[string]bool // not tried again in this life
}

func newScreens(p *Photos) *screens {
	return &screens{p: p, queue: make(chan string, screenQueue), decode: Seen.decode, waits: map[string]bool{}, failed: map[string]bool{}}
}

// want asks for a picture; it never blocks.
func (s *screens) want(hash string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waits[hash] || s.failed[hash] {
		return
	}
	select {
	case s.queue <- hash:
		s.waits[hash] = true
	default:
	}
}

// sweepEvery is the time between two looks at the uploads.
const sweepEvery = time.Hour

// Run sweeps the uploads at once and each hour, looks through what is kept, and makes pictures for the screen, until ctx ends.
// One Run at a time keeps memory bounded.
func (p *Photos) Run(ctx context.Context) {
	due := time.NewTicker(sweepEvery)
	defer due.Stop()
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { p.watch(ctx) })
	p.sweep(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-due.C:
			p.sweep(ctx)
		case hash := <-p.screens.queue:
			p.screens.attempt(ctx, hash)
		}
	}
}

func (p *Photos) sweep(ctx context.Context) {
	if err := p.Sweep(ctx); err != nil && ctx.Err() == nil {
		p.log.ErrorContext(ctx, "uploads could not be swept", "error", err)
	}
}

func (s *screens) attempt(ctx context.Context, hash string) {
	err := s.make(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waits, hash)
	if err == nil {
		return
	}
	s.failed[hash] = shared.FaultCode(faultOf(err)) != "storage.full"
	level := slog.LevelWarn
	if errors.Is(err, errNoScreen) {
		level = slog.LevelDebug
	}
	s.p.log.Log(ctx, level, "no picture for the screen was made; the original is shown", "photo", hash, "error", err)
}

// errTooSlow: decoding took longer than any photograph's does.
var errTooSlow = errors.New("decoding takes too long")

// errNoScreen: the original is small and upright already, too large to decode, or of a type that is not decoded here.
var errNoScreen = errors.New("no picture for the screen of this type or size")

func (s *screens) make(hash string) (err error) {
	name := s.p.place(screensDir, hash)
	if _, err := s.p.files.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return err // there already
	}
	picture, err := s.render(hash)
	if err != nil {
		return err
	}
	if err := s.p.makeFolder(filepath.Dir(name)); err != nil {
		return err
	}
	rough := name + ".new"
	if err := s.p.files.Remove(rough); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := s.p.files.Create(rough)
	if err != nil {
		return err
	}
	err = errors.Join(jpeg.Encode(f, picture, &jpeg.Options{Quality: screenQuality}), f.Sync(), f.Close())
	if err != nil {
		return errors.Join(err, s.p.files.Remove(rough))
	}
	return s.p.files.Rename(rough, name)
}

// render makes the picture of an original that is kept.
func (s *screens) render(hash string) (_ image.Image, err error) {
	f, err := s.p.files.Open(s.p.place(originalsDir, hash))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	stat, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return s.draw(f, stat.Size(), screenEdge)
}

// draw decodes a photo within bounds, makes it small and turns it upright, unless it is both already. A decoder that stumbles over
// the bytes takes nobody with it.
func (s *screens) draw(r io.ReaderAt, size int64, edge int) (_ image.Image, err error) {
	defer func() {
		if stumbled := recover(); stumbled != nil {
			err = fmt.Errorf("decoding panicked: %v", stumbled)
		}
	}()
	seen, err := Inspect(r, size)
	if err != nil {
		return nil, err
	}
	fine := edge == screenEdge && seen.Type == "image/jpeg" && seen.Orientation == 1 && max(seen.Width, seen.Height) <= edge
	if cost := seen.decodeCost(); fine || cost == 0 || cost > screenMemory {
		return nil, fmt.Errorf("%w: %s, %d x %d", errNoScreen, seen.Type, seen.Width, seen.Height)
	}
	full, err := s.decode(seen, hurried{io.NewSectionReader(r, 0, size), s.p.now, s.p.now().Add(screenTime)})
	if err != nil {
		return nil, err
	}
	return upright(shrink(full, edge), seen.Orientation), nil
}

// decodeCost is the most memory in bytes that decoding takes, or 0 for what is not decoded here.
func (s Seen) decodeCost() int64 { return int64(s.PixelCost) * int64(s.Width) * int64(s.Height) }

func (s Seen) decode(r io.Reader) (image.Image, error) {
	switch s.Type {
	case "image/jpeg":
		return jpeg.Decode(r)
	case "image/png":
		return png.Decode(r)
	case "image/webp":
		return webp.Decode(r)
	}
	return nil, errNoScreen
}

// hurried ends at a time whatever is left to read: a few bytes can keep a decoder busy for hours, as a progressive JPEG does
// that goes over all its pixels in each of a million scans.
type hurried struct {
	r    io.Reader
	now  func() time.Time
	over time.Time
}

func (h hurried) Read(into []byte) (int, error) {
	if h.now().After(h.over) {
		return 0, errTooSlow
	}
	return h.r.Read(into)
}

// shrink gives a copy whose longer side is at most edge pixels. Whole factors are averaged first: picking single pixels out
// of a large picture would flicker.
func shrink(src image.Image, edge int) *image.RGBA {
	b := src.Bounds()
	if factor := max(b.Dx(), b.Dy()) / edge; factor >= 2 {
		src = average(src, factor)
		b = src.Bounds()
	}
	width, height := b.Dx(), b.Dy()
	if longer := max(width, height); longer > edge {
		width, height = max(width*edge/longer, 1), max(height*edge/longer, 1)
	}
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src) // behind what is transparent: JPEG has no alpha
	draw.ApproxBiLinear.Scale(dst, dst.Rect, src, b, draw.Over, nil)
	return dst
}

// average makes one pixel of each square of factor by factor.
func average(src image.Image, factor int) *image.RGBA {
	b := src.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, max(b.Dx()/factor, 1), max(b.Dy()/factor, 1)))
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			var sum [4]uint32
			count := uint32(0)
			for sy := b.Min.Y + y*factor; sy < min(b.Min.Y+(y+1)*factor, b.Max.Y); sy++ {
				for sx := b.Min.X + x*factor; sx < min(b.Min.X+(x+1)*factor, b.Max.X); sx++ {
					red, green, blue, alpha := src.At(sx, sy).RGBA()
					sum[0], sum[1], sum[2], sum[3] = sum[0]+red>>8, sum[1]+green>>8, sum[2]+blue>>8, sum[3]+alpha>>8
					count++
				}
			}
			dst.SetRGBA(x, y, color.RGBA{R: uint8(sum[0] / count), G: uint8(sum[1] / count), B: uint8(sum[2] / count), A: uint8(sum[3] / count)})
		}
	}
	return dst
}

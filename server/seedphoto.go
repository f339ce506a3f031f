package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"buxun/server/demo"
	"buxun/server/es256"
	"buxun/server/photo"
	"buxun/shared"
)

// previewEdge is the longer side of a preview in pixels, as phones make them.
const previewEdge = 320

// file is bytes and what they are known by.
type file struct {
	hash  string
	bytes []byte
}

func fileOf(content []byte) file {
	sum := sha256.Sum256(content)
	return file{hex.EncodeToString(sum[:]), content}
}

// print is a demo photo with its preview, as its phone made them.
type print struct {
	original, preview file
	width, height     int
	sent              bool
}

// makePrints makes the prints of all photos of the world.
func makePrints(world demo.Demo) (map[string]*print, error) {
	var (
		group sync.WaitGroup
		mutex sync.Mutex
		errs  []error
	)
	found, running := map[string]*print{}, make(chan struct{}, runtime.NumCPU())
	for name := range world.Photos {
		group.Go(func() {
			running <- struct{}{}
			defer func() { <-running }()
			one, err := makePrint(world.Files, name)
			mutex.Lock()
			defer mutex.Unlock()
			found[name] = one
			if err != nil {
				errs = append(errs, fmt.Errorf("preview of %s: %w", name, err))
			}
		})
	}
	group.Wait()
	return found, errors.Join(errs...)
}

func makePrint(files fs.FS, name string) (*print, error) {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	large, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	small := shrink(large, previewEdge)
	for quality := 70; quality >= 20; quality -= 10 {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if out.Len() <= shared.MaxPreviewBytes-demo.MaxComment {
			return &print{original: fileOf(content), preview: fileOf(out.Bytes()), width: large.Bounds().Dx(), height: large.Bounds().Dy()}, nil
		}
	}
	return nil, fmt.Errorf("over %d bytes at any quality", shared.MaxPreviewBytes)
}

// print finds a photo, or makes it: one whose name begins with a squad is the world's of that name as a phone of that squad
// took it, the same picture in bytes of its own.
func (s *seeder) print(name string) (*print, error) {
	if one, ok := s.prints[name]; ok {
		return one, nil
	}
	squad, base, _ := strings.Cut(name, "/")
	of, ok := s.prints[base]
	if !ok {
		return nil, fmt.Errorf("there is no photo %s", name)
	}
	words := "demo " + squad
	one := &print{
		original: fileOf(demo.Commented(of.original.bytes, words)), preview: fileOf(demo.Commented(of.preview.bytes, words)), width: of.width, height: of.height,
	}
	s.prints[name] = one
	return one, nil
}

// samples is how many pixels across and down are averaged into one.
const samples = 4

// shrink makes an image smaller, up to an edge; each pixel is the mean of a grid over what it covers.
func shrink(large image.Image, edge int) image.Image {
	from := large.Bounds()
	scale := max(1, float64(max(from.Dx(), from.Dy()))/float64(edge))
	small := image.NewRGBA(image.Rect(0, 0, int(float64(from.Dx())/scale), int(float64(from.Dy())/scale)))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			var red, green, blue uint32
			for n := range samples * samples {
				u := (float64(x) + (float64(n%samples)+0.5)/samples) * scale
				v := (float64(y) + (float64(n/samples)+0.5)/samples) * scale
				r, g, b, _ := large.At(from.Min.X+int(u), from.Min.Y+int(v)).RGBA()
				red, green, blue = red+r>>8, green+g>>8, blue+b>>8
			}
			const n = samples * samples
			small.SetRGBA(x, y, color.RGBA{uint8(red / n), uint8(green / n), uint8(blue / n), 255})
		}
	}
	return small
}

// sendPhoto sends preview and original through the upload handler, as tus requests of the replica. Those that a squad has
// sent already are here for all of it.
func (s *seeder) sendPhoto(ctx context.Context, c *chain, name string) error {
	one, err := s.print(name)
	if err != nil || one.sent {
		return err
	}
	one.sent = true
	if err := s.upload(ctx, c, one.preview); err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	return s.upload(ctx, c, one.original)
}

func (s *seeder) upload(ctx context.Context, c *chain, content file) error {
	hash := content.hash
	proof, err := es256.Sign(c.key, shared.UploadText(hash))
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, photo.Path, bytes.NewReader(content.bytes))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Length": strconv.Itoa(len(content.bytes)),
		"Upload-Metadata":   "hash " + base64.StdEncoding.EncodeToString([]byte(hash)),
		photo.HeaderReplica: c.id, photo.HeaderProof: proof,
	} {
		request.Header.Set(name, value)
	}
	answer := &noted{header: http.Header{}}
	s.photos.Uploads().ServeHTTP(answer, request)
	if answer.status != http.StatusCreated || answer.header.Get(photo.HeaderPhoto) != hash {
		return fmt.Errorf("answered %d %v: %s", answer.status, answer.header, answer.words)
	}
	return nil
}

// noted is an answer that nobody waits for at the end of a line.
type noted struct {
	header http.Header
	status int
	words  []byte
}

func (n *noted) Header() http.Header { return n.header }

func (n *noted) WriteHeader(status int) { n.status = status }

func (n *noted) Write(text []byte) (int, error) {
	n.words = append(n.words, text...)
	return len(text), nil
}

// Deadlines belong to connections; there is none.
func (n *noted) SetReadDeadline(time.Time) error { return nil }

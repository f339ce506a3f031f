package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestInspect(t *testing.T) {
	image := func(kind string, w, h int) Seen { return Seen{Type: kind, Width: w, Height: h, Orientation: 1} }
	turned := image("image/jpeg", 80, 48)
	turned.Orientation = 6
	progressive := image("image/jpeg", 600, 900)
	progressive.Progressive = true
	for name, want := range map[string]Seen{
		"good-gps.jpg":           image("image/jpeg", 776, 909),
		"good-no-exif.jpg":       image("image/jpeg", 250, 188),
		"good-orientation-6.jpg": turned,
		"good.webp":              image("image/webp", 776, 909),
		"good.heic":              image("image/heic", 3024, 4032),
		"good.avif":              image("image/avif", 480, 640),
		"bad-icc.png":            image("image/png", 460, 60),
		"parser-breaker.jpg":     progressive,
		"exif-ifd-loop.jpg":      image("image/jpeg", 776, 909),
		"exif-tag-count-4g.jpg":  image("image/jpeg", 776, 909),
		// The name says nothing, the bytes do.
		"png-bytes-named.jpg":   image("image/png", 1, 1),
		"jpeg-bytes-named.heic": image("image/jpeg", 600, 400),
		"polyglot-jpeg-zip.jpg": image("image/jpeg", 600, 400),
		"html-bytes-named.jpg":  {}, "svg-bytes-named.jpg": {}, "polyglot-gif-js.gif": {}, "PngSuite-LICENSE.txt": {},
		// Cut off, or with headers that are not to be believed.
		"zero-bytes.jpg": {}, "soi-only.jpg": {}, "truncated-30000-of-166987.jpg": {}, "truncated-in-exif-600.jpg": {},
		"truncated-last-2-bytes-no-eoi.jpg": {}, "truncated-65536.heic": {}, "parser-breaker.heif": {}, "fuzzed.webp": {}, "bad-signature.png": {},
		"header-bomb-60000x60000-rgba16.png": {}, "header-bomb-sof-65500x65500.jpg": {},
	} {
		data := testdata(t, name)
		got, err := Inspect(bytes.NewReader(data), int64(len(data)))
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v, want %+v", name, got, err, want)
		}
	}
}

// Each cut of a good image is no whole image: the phone hashes what its camera gave, and half a file can come from a full card.
func TestInspectCutOff(t *testing.T) {
	for _, name := range []string{"good-no-exif.jpg", "good.webp", "good.avif", "bad-icc.png"} {
		data := testdata(t, name)
		for _, left := range []int{1, 3, 12, len(data) / 3, len(data) / 2, len(data) - 2000} {
			if seen, err := Inspect(bytes.NewReader(data), int64(left)); err != nil || seen != (Seen{}) {
				t.Errorf("%d bytes of %s are %+v, %v", left, name, seen, err)
			}
		}
	}
}

func TestInspectHeifBrands(t *testing.T) {
	good := testdata(t, "good.heic")
	for brands, want := range map[string]string{
		"heic....mif1": "image/heic", "mif1....heic": "image/heic", "mif1....avif": "image/avif", "mif1....miaf": "image/heif", "heix....avif": "image/heic",
		"isom....heic": "", "qt  ....mif1": "", "mp42....isom": "",
	} {
		data := bytes.Clone(good)
		ftyp := binary.BigEndian.Uint32(data)
		clear(data[8:ftyp])
		copy(data[8:ftyp], brands)
		if seen, err := Inspect(bytes.NewReader(data), int64(len(data))); err != nil || seen.Type != want {
			t.Errorf("%s is %q, %v, want %q", brands, seen.Type, err, want)
		}
	}
}

// A decoder takes the first picture of a WebP: a canvas behind it must not make a large one look small.
func TestInspectWebPCanvasBehindThePicture(t *testing.T) {
	chunk := func(kind string, payload []byte) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(payload))), payload...)
	}
	huge := append([]byte{0x2F}, binary.LittleEndian.AppendUint32(nil, 16383|16383<<14)...)
	picture, canvas := chunk("VP8L", append(huge, 0)), chunk("VP8X", []byte{0, 0, 0, 0, 9, 0, 0, 9, 0, 0})
	for name, chunks := range map[string][]byte{"behind": append(bytes.Clone(picture), canvas...), "twice": append(bytes.Clone(canvas), canvas...)} {
		data := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(chunks))), "WEBP"...)
		data = append(data, chunks...)
		if seen, err := Inspect(bytes.NewReader(data), int64(len(data))); err != nil || seen != (Seen{}) {
			t.Errorf("a canvas %s is %+v, %v, decoding it costs %d bytes", name, seen, err, seen.decodeCost())
		}
	}
}

type brokenDisk struct{}

func (brokenDisk) ReadAt([]byte, int64) (int, error) { return 0, io.ErrNoProgress }

// A disk that cannot be read says nothing of the photo: it must not be quarantined for that.
func TestInspectTellsReadingErrors(t *testing.T) {
	if seen, err := Inspect(brokenDisk{}, 5000); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("seen %+v, %v", seen, err)
	}
}

func FuzzInspect(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	if err != nil || len(names) == 0 {
		f.Fatal("no testdata", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:min(len(data), 4096)])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		seen, err := Inspect(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatalf("memory does not fail to read: %v", err)
		}
		if seen.Type == "" && seen != (Seen{}) {
			t.Errorf("no image is %+v", seen)
		}
		if seen.Type != "" && (extensions[seen.Type] == "" || seen.Width < 1 || seen.Height < 1 || seen.Orientation < 1 || seen.Orientation > 8 ||
			int64(seen.Width)*int64(seen.Height) > MaxPixels) {
			t.Errorf("an image is %+v", seen)
		}
		if o := orientation(data); o < 1 || o > 8 {
			t.Errorf("orientation %d", o)
		}
	})
}

package photo

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"testing"

	"buxun/shared"
)

// fate is what becomes of one file of testdata, as files.json says for the phone's tests and the server's.
type fate struct {
	File          string
	Server        string // "here", "damaged", or the fault that refuses to name it
	Type          string // as which it is kept and served
	Width, Height int
	Orientation   int
	Screen        string // "made", or "none" where the original is shown
}

func fates(t testing.TB) (rows []fate) {
	t.Helper()
	text, err := os.ReadFile("testdata/files.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct{ Files []fate }
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	return table.Files
}

func TestInspect(t *testing.T) {
	for _, row := range fates(t) {
		data := testdata(t, row.File)
		got, err := Inspect(bytes.NewReader(data), int64(len(data)))
		want := Seen{Type: row.Type, Width: row.Width, Height: row.Height, Orientation: row.Orientation, Taken: got.Taken, PixelCost: got.PixelCost}
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v, want %+v", row.File, got, err, want)
		}
		if here := row.Server == "here"; here != (got.Type != "") {
			t.Errorf("%s is %s by the table, and inspected %q", row.File, row.Server, got.Type)
		}
	}
}

func TestEveryFileHasItsFate(t *testing.T) {
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	rows := fates(t)
	for _, entry := range entries {
		if entry.Name() != "files.json" && !entry.IsDir() && !slices.ContainsFunc(rows, func(row fate) bool { return row.File == entry.Name() }) {
			t.Errorf("files.json does not say what becomes of %s", entry.Name())
		}
	}
}

// What decoding may cost is an upper bound of what the decoder makes room for, for each kind of picture.
func TestPixelCost(t *testing.T) {
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"grey", jpegCost(1, false, false), 1},
		{"usual", jpegCost(3, false, false), 3},
		{"red, green and blue", jpegCost(3, true, false), 7},
		{"CMYK", jpegCost(4, false, false), 8},
		{"progressive", jpegCost(3, false, true), 15},
		{"progressive CMYK", jpegCost(4, false, true), 24},
		{"8 bits", pngCost(8, false), 4},
		{"16 bits", pngCost(16, false), 8},
		{"16 bits interlaced", pngCost(16, true), 16},
	} {
		if c.got != c.want {
			t.Errorf("%s costs %d bytes a pixel, want %d", c.what, c.got, c.want)
		}
	}
	for name, want := range map[string]int{"good-gps.jpg": 3, "parser-breaker.jpg": 15, "jpeg-bytes-named.heic": 7, "good.webp": 2, "bad-icc.png": 4, "good.heic": 0} {
		data := testdata(t, name)
		if seen, err := Inspect(bytes.NewReader(data), int64(len(data))); err != nil || seen.PixelCost != want {
			t.Errorf("%s costs %d bytes a pixel, %v, want %d", name, seen.PixelCost, err, want)
		}
	}
}

// Each cut of a good image is no whole image: the phone hashes what its camera gave, and half a file can come from a full card.
func TestInspectCutOff(t *testing.T) {
	for _, name := range []string{"good-gps.jpg", "good-no-exif.jpg", "good.webp", "good.avif", "good.heic", "bad-icc.png"} {
		data := testdata(t, name)
		lengths := []int{1, 3, 12, len(data) - 2000}
		for eighth := range 8 {
			lengths = append(lengths, len(data)*eighth/8)
		}
		for _, left := range lengths {
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

// A canvas and a picture of different sizes: who believes the one makes room for the other. And what is coded without loss
// is kept, but not decoded here.
func TestInspectWebPCanvas(t *testing.T) {
	chunk := func(kind string, payload []byte) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(payload))), payload...)
	}
	lossless := func(width, height uint32) []byte {
		return chunk("VP8L", append(append([]byte{0x2F}, binary.LittleEndian.AppendUint32(nil, width-1|(height-1)<<14)...), 0))
	}
	canvas := chunk("VP8X", []byte{0, 0, 0, 0, 9, 0, 0, 9, 0, 0})
	for name, c := range map[string]struct {
		chunks [][]byte
		want   Seen
	}{
		"behind the picture":        {[][]byte{lossless(10000, 10000), canvas}, Seen{}},
		"twice":                     {[][]byte{canvas, canvas, lossless(10, 10)}, Seen{}},
		"smaller than the picture":  {[][]byte{canvas, lossless(10000, 10000)}, Seen{}},
		"and a second picture":      {[][]byte{canvas, lossless(10, 10), lossless(10000, 10000)}, Seen{}},
		"as large as the picture":   {[][]byte{canvas, lossless(10, 10)}, Seen{Type: "image/webp", Width: 10, Height: 10, Orientation: 1}},
		"none, and a large picture": {[][]byte{lossless(10000, 10000)}, Seen{Type: "image/webp", Width: 10000, Height: 10000, Orientation: 1}},
	} {
		chunks := bytes.Join(c.chunks, nil)
		data := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(chunks))), "WEBP"...)
		data = append(data, chunks...)
		if seen, err := Inspect(bytes.NewReader(data), int64(len(data))); err != nil || seen != c.want {
			t.Errorf("a canvas %s is %+v, %v, want %+v", name, seen, err, c.want)
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
	for _, row := range fates(f) {
		data := testdata(f, row.File)
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
			int64(seen.Width)*int64(seen.Height) > shared.MaxPhotoPixels) {
			t.Errorf("an image is %+v", seen)
		}
		if o := orientation(data); o < 1 || o > 8 {
			t.Errorf("orientation %d", o)
		}
	})
}

package photo

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"os"
	"testing"
	"time"
)

func TestServesWithRangesAndTag(t *testing.T) {
	d := newDesk(t, Options{})
	data := testdata(t, "good-gps.jpg")
	hash := d.phone(1).send(data)
	whole := d.get("/api/photos/" + hash)
	whole.want(t, http.StatusOK, "")
	for header, want := range map[string]string{
		"Content-Type": "image/jpeg", "Etag": `"` + hash + `"`, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'", "Content-Disposition": `inline; filename="` + hash[:12] + `.jpg"`,
		"Accept-Ranges": "bytes", "Last-Modified": "", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := whole.header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	part := d.get("/api/photos/"+hash, "Range", "bytes=1000-1999")
	part.want(t, http.StatusPartialContent, "")
	if !bytes.Equal(part.body, data[1000:2000]) || part.header.Get("Content-Range") != "bytes 1000-1999/166987" {
		t.Errorf("the range is %d bytes, %s", len(part.body), part.header.Get("Content-Range"))
	}
	d.get("/api/photos/"+hash, "If-None-Match", `"`+hash+`"`).want(t, http.StatusNotModified, "")
	d.get("/api/photos/"+hash, "Range", "bytes=999999-").want(t, http.StatusRequestedRangeNotSatisfiable, "")
}

// The type is that of the bytes, never that of a name, and nothing but images leaves, whatever lies in the folder.
func TestServesOnlyImages(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	for name, kind := range map[string]string{"good.heic": "image/heic", "good.avif": "image/avif", "good.webp": "image/webp", "png-bytes-named.jpg": "image/png",
		"jpeg-bytes-named.heic": "image/jpeg"} {
		hash := p.send(testdata(t, name))
		if got := d.get("/api/photos/" + hash); got.header.Get("Content-Type") != kind || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s is served as %s", name, got.header.Get("Content-Type"))
		}
	}
	for _, name := range []string{"html-bytes-named.jpg", "svg-bytes-named.jpg", "polyglot-gif-js.gif"} {
		hash := hashOf(testdata(t, name))
		if err := d.photos.makeFolder(d.photos.place(originalsDir, hash)[:len(d.photos.place(originalsDir, hash))-65]); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(d.photos.place(originalsDir, hash), testdata(t, name), 0o600); err != nil {
			t.Fatal(err)
		}
		got := d.get("/api/photos/" + hash)
		got.want(t, http.StatusUnprocessableEntity, "photo.damaged")
	}
}

func TestL10_InvisibleIsLikeAbsent(t *testing.T) {
	d := newDesk(t, Options{})
	hash := d.phone(1).send(testdata(t, "good-no-exif.jpg"))
	hidden := d.get("/api/photos/"+hash, "Test-Stranger", "yes")
	absent := d.get("/api/photos/" + hashOf([]byte("never taken")))
	hidden.want(t, http.StatusNotFound, "photo.notHere")
	absent.want(t, http.StatusNotFound, "photo.notHere")
	if !bytes.Equal(hidden.body, absent.body) {
		t.Errorf("hidden says %s, absent %s", hidden.body, absent.body)
	}
	d.get("/api/photos/"+hash+"?size=huge").want(t, http.StatusBadRequest, "request.malformed")
	d.get("/api/photos/..%2f..%2fetc").want(t, http.StatusNotFound, "photo.notHere")
	r, err := http.NewRequest(http.MethodDelete, d.url+"/api/photos/"+hash, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.do(r).want(t, http.StatusMethodNotAllowed, "request.methodNotAllowed")
}

func TestScreenIsMadeSmallAndUpright(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	big := taken(t, 3400, 300)
	hash := p.send(big)
	before := d.get("/api/photos/" + hash + "?size=screen")
	if !bytes.Equal(before.body, big) {
		t.Error("before there is a picture for the screen, it is not the original")
	}
	hash6 := p.send(testdata(t, "good-orientation-6.jpg"))
	fine := testdata(t, "good-no-exif.jpg")
	hashFine := p.send(fine)
	webp, heic := p.send(testdata(t, "good.webp")), p.send(testdata(t, "good.heic"))
	d.makeScreens()
	small := d.get("/api/photos/" + hash + "?size=screen")
	if small.header.Get("Etag") != `"`+hash+`-screen"` || small.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("headers %v", small.header)
	}
	if size := decoded(t, small.body).Bounds().Size(); size != image.Pt(1600, 141) {
		t.Errorf("for the screen it is %v", size)
	}
	if size := decoded(t, d.get("/api/photos/"+hash6+"?size=screen").body).Bounds().Size(); size != image.Pt(48, 80) {
		t.Errorf("upright it is %v, want 48 x 80", size)
	}
	if size := decoded(t, d.get("/api/photos/"+webp+"?size=screen").body).Bounds().Size(); size != image.Pt(776, 909) {
		t.Errorf("the WebP for the screen is %v", size)
	}
	if got := d.get("/api/photos/" + hashFine + "?size=screen"); !bytes.Equal(got.body, fine) {
		t.Error("a small upright JPEG was encoded again")
	}
	if got := d.get("/api/photos/" + heic + "?size=screen"); got.header.Get("Content-Type") != "image/heic" {
		t.Errorf("a HEIC that cannot be decoded is shown as %s", got.header.Get("Content-Type"))
	}
	if got := d.get("/api/photos/" + hash); !bytes.Equal(got.body, big) {
		t.Error("the original was touched")
	}
}

// makeScreens runs the worker until its queue is empty.
func (d *desk) makeScreens() {
	d.t.Helper()
	for len(d.photos.screens.queue) > 0 {
		d.photos.screens.attempt(context.Background(), <-d.photos.screens.queue)
	}
}

func TestRunSweepsAndMakesScreens(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good.webp")
	hash := p.name(data)
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	if err := os.WriteFile(d.photos.partial(claim{replica: p.replica, hash: hash}), data, 0o600); err != nil { // as a killed server leaves it
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.photos.Run(ctx)
	}()
	for ctx.Err() == nil {
		if _, err := os.Stat(d.photos.place(screensDir, hash)); err == nil {
			break
		}
	}
	if ctx.Err() != nil || !bytes.Equal(d.original(hash), data) {
		t.Error("the whole upload was not kept, or has no picture for the screen")
	}
	stop()
	<-done
}

func TestScreenNeverDecodesWithoutBounds(t *testing.T) {
	for what, seen := range map[string]Seen{
		"header bomb within the limit": {Type: "image/png", Width: 14_000, Height: 14_000, PixelCost: pngCost(8, false)},
		"large progressive":            {Type: "image/jpeg", Width: 4000, Height: 3000, PixelCost: jpegCost(3, false, true)},
		"200 million pixels":           {Type: "image/jpeg", Width: 16_320, Height: 12_240, PixelCost: jpegCost(3, false, false)},
	} {
		if cost := seen.decodeCost(); cost <= screenMemory {
			t.Errorf("%s would be decoded for %d bytes", what, cost)
		}
	}
	if cost := (Seen{Type: "image/jpeg", Width: 8160, Height: 6120, PixelCost: jpegCost(3, false, false)}).decodeCost(); cost > screenMemory {
		t.Errorf("a phone's photo of 50 million pixels would not be decoded: %d bytes", cost)
	}
	d := newDesk(t, Options{})
	hash := d.phone(1).send(bombed(t)) // 196 million pixels out of few bytes
	if _, err := d.photos.screens.render(hash); !errors.Is(err, errNoScreen) {
		t.Errorf("the bomb was given to a decoder: %v", err)
	}
	d.makeScreens()
	d.photos.screens.want(hash)
	if len(d.photos.screens.queue) != 0 {
		t.Error("the bomb is tried again and again")
	}
	// Nor is it handed to whoever wanted something small: a browser would decode it.
	d.get("/api/photos/"+hash+"?size=screen").want(t, http.StatusNotFound, "photo.onlyOriginal")
	d.get("/api/photos/"+hash).want(t, http.StatusOK, "")
}

// Whatever was sent under the hash of a preview, nothing large is shown by it.
func TestL9_APreviewIsSmallOrNotShown(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	small := taken(t, 320, 240)
	got := d.get("/api/photos/" + p.send(small) + "?size=preview")
	got.want(t, http.StatusOK, "")
	if !bytes.Equal(got.body, small) || got.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the preview is served as %d bytes of %s", len(got.body), got.header.Get("Content-Type"))
	}
	for what, data := range map[string][]byte{
		"a bomb": bombed(t), "an original": testdata(t, "good-gps.jpg"), "a JPEG of many pixels": taken(t, 2000, 16), "a PNG": testdata(t, "png-bytes-named.jpg"),
	} {
		d.get("/api/photos/"+p.send(data)+"?size=preview").want(t, http.StatusUnprocessableEntity, "photo.damaged")
		if got := d.get("/api/photos/" + hashOf(data)); got.status != http.StatusOK {
			t.Errorf("%s is an original no more: %d", what, got.status)
		}
	}
}

// A decoder that is kept busy, or that stumbles, ends with its picture: the worker goes on and the server stays.
func TestScreenOutlivesItsDecoder(t *testing.T) {
	now := time.Now()
	d := newDesk(t, Options{Now: func() time.Time { return now }})
	p := d.phone(1)
	decode := d.photos.screens.decode
	webp := testdata(t, "good.webp")
	d.photos.screens.decode = func(seen Seen, r io.Reader) (image.Image, error) {
		now = now.Add(screenTime / 2) // the first half passes in reading the beginning
		if _, err := io.CopyN(io.Discard, r, 1000); err != nil {
			t.Errorf("within its time: %v", err)
		}
		now = now.Add(screenTime)
		return decode(seen, r)
	}
	slow := p.send(webp)
	if _, err := d.photos.screens.render(slow); !errors.Is(err, errTooSlow) {
		t.Errorf("a decoder that takes %v gives %v", screenTime*3/2, err)
	}
	d.photos.screens.decode = func(Seen, io.Reader) (image.Image, error) { panic("index out of range") }
	d.makeScreens()
	if got := d.get("/api/photos/" + slow + "?size=screen"); !bytes.Equal(got.body, webp) {
		t.Error("the original is not shown in its place")
	}
	d.photos.screens.decode = decode
	next := p.send(taken(t, 3400, 300))
	d.makeScreens()
	if got := d.get("/api/photos/" + next + "?size=screen"); got.header.Get("Etag") != `"`+next+`-screen"` {
		t.Error("the next picture is not made")
	}
}

func TestOrientations(t *testing.T) {
	// A picture of 2 x 3 whose upright form is always the same, stored in the eight ways.
	const up = "ab" + "cd" + "ef"
	stored := map[int]struct {
		w    int
		text string
	}{1: {2, up}, 2: {2, "badcfe"}, 3: {2, "fedcba"}, 4: {2, "efcdab"}, 5: {3, "acebdf"}, 6: {3, "bdface"}, 7: {3, "fdbeca"}, 8: {3, "ecafdb"}}
	for orientation, s := range stored {
		src := image.NewRGBA(image.Rect(0, 0, s.w, 6/s.w))
		for i, letter := range s.text {
			src.SetRGBA(i%s.w, i/s.w, color.RGBA{uint8(letter), 0, 0, 255})
		}
		got, text := upright(src, orientation), ""
		for y := range got.Rect.Dy() {
			for x := range got.Rect.Dx() {
				text += string(rune(got.RGBAAt(x, y).R))
			}
		}
		if text != up || got.Rect.Dx() != 2 {
			t.Errorf("orientation %d gives %s of width %d", orientation, text, got.Rect.Dx())
		}
	}
}

// taken is a JPEG of a size.
func taken(t *testing.T, width, height int) []byte {
	t.Helper()
	picture := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for i := range picture.Y {
		picture.Y[i] = uint8(i / 100)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func decoded(t *testing.T, data []byte) image.Image {
	t.Helper()
	picture, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// bombed is a PNG of one pixel whose header was changed to say 14,000 x 14,000.
func bombed(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	data := out.Bytes()
	copy(data[16:], []byte{0, 0, 0x36, 0xB0, 0, 0, 0x36, 0xB0})
	return data
}

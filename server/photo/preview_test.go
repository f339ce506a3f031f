package photo

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"buxun/shared"
)

func TestAPreviewIsAsPhonesMakeIt(t *testing.T) {
	d := newDesk(t, Options{})
	var large bytes.Buffer
	if err := jpeg.Encode(&large, noise(1200, 900), nil); err != nil {
		t.Fatal(err)
	}
	made := d.photos.Preview(bytes.NewReader(large.Bytes()), int64(large.Len()))
	small, kind, err := image.Decode(bytes.NewReader(made))
	if err != nil || kind != "jpeg" || len(made) > shared.MaxPreviewBytes || small.Bounds().Dx() != 320 || small.Bounds().Dy() != 240 {
		t.Errorf("%d bytes, %s, %v, %v", len(made), kind, small.Bounds(), err)
	}
	if again := d.photos.Preview(bytes.NewReader(large.Bytes()), int64(large.Len())); !bytes.Equal(again, made) {
		t.Error("it is another one the second time: what was named would never come")
	}
	for _, none := range [][]byte{nil, []byte("no photo"), large.Bytes()[:large.Len()/2]} {
		if made := d.photos.Preview(bytes.NewReader(none), int64(len(none))); made != nil {
			t.Errorf("%d bytes give a preview", len(none))
		}
	}
}

// noise is a picture that compresses badly.
func noise(width, height int) image.Image {
	picture := image.NewGray(image.Rect(0, 0, width, height))
	next := uint32(1)
	for i := range picture.Pix {
		next = next*1664525 + 1013904223
		picture.Pix[i] = uint8(next >> 24)
	}
	return picture
}

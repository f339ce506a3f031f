package photo

import (
	"bytes"
	"encoding/binary"
	"os"
	"slices"
	"testing"
)

// FuzzExif: whatever stands in a photograph's Exif block, it stays the photograph that it is, in one of the eight orientations.
func FuzzExif(f *testing.F) {
	good := testdata(f, "good-no-exif.jpg")
	plain, err := Inspect(bytes.NewReader(good), int64(len(good)))
	if err != nil || plain.Type != "image/jpeg" {
		f.Fatalf("%+v, %v", plain, err)
	}
	for value := range uint16(10) {
		f.Add(slices.Concat([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"), binary.BigEndian.AppendUint16(nil, value), []byte{0, 0}))
		f.Add(slices.Concat([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00"), binary.LittleEndian.AppendUint16(nil, value), []byte{0, 0}))
	}
	f.Add([]byte("MM\x00*\xff\xff\xff\xff"))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, tiff []byte) {
		const most = 0xFFFF - 2 - 6 // a segment tells its length in two bytes
		tiff = tiff[:min(len(tiff), most)]
		segment := slices.Concat([]byte("Exif\x00\x00"), tiff)
		data := slices.Concat([]byte{0xFF, 0xD8, 0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(segment)+2)), segment, good[2:])
		want := plain
		want.Orientation, want.Taken = orientation(tiff), exifTaken(tiff)
		if want.Orientation < 1 || want.Orientation > 8 {
			t.Errorf("orientation %d", want.Orientation)
		}
		if seen, err := Inspect(bytes.NewReader(data), int64(len(data))); err != nil || seen != want {
			t.Errorf("%+v, %v, want %+v", seen, err, want)
		}
	})
}

func TestWhenAPhotoSaysThatItWasTaken(t *testing.T) {
	for name, want := range map[string]string{
		"testdata/good-gps.jpg": "2011:05:06 09:59:48", "testdata/good.webp": "2011:05:06 09:59:48", "testdata/good-no-exif.jpg": "", "testdata/exif-date-zero.jpg": "0000:00:00 00:00:00",
		"testdata/exif-date-year-2099.jpg": "2099:12:31 23:59:59", "testdata/exif-ifd-loop.jpg": "2011:05:06 09:59:48", "testdata/truncated-in-exif-600.jpg": "",
		"testdata/exif-tag-count-4g.jpg": "2011:05:06 09:59:48", "../../client/e2e/photos/street-gps.jpg": "",
	} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if seen, err := Inspect(bytes.NewReader(data), int64(len(data))); err != nil || seen.Taken != want {
			t.Errorf("%s was taken %q, %v, want %q", name, seen.Taken, err, want)
		}
	}
}

package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"buxun/shared"
)

// Seen is what bytes show of themselves. Type is one of the types of shared.Photo or shared.Voice, or "" for bytes that are
// neither, or an image that is cut off, has no size or has more than shared.MaxPhotoPixels.
type Seen struct {
	Type          string
	Width, Height int    // pixels as stored, before any orientation
	Orientation   int    // of Exif, 1 to 8; 1 where the file does not say
	Taken         string // by the phone's clock, as Exif says: "2026:07:01 08:30:00", "+08:00" behind it where that is known; else ""
	PixelCost     int    // bytes of memory that decoding takes at most for each pixel; 0 for what is not decoded here
}

// errNoImage ends the look at bytes that are no whole image. It never leaves the package.
var errNoImage = errors.New("no whole image")

// Inspect looks at headers only: no pixel is decoded, and memory and time do not depend on what the headers claim. Its
// error is the reader's.
func Inspect(r io.ReaderAt, size int64) (Seen, error) {
	seen, err := look(window{r, size})
	if errors.Is(err, errNoImage) {
		return Seen{}, nil
	}
	if err != nil {
		return Seen{}, err
	}
	if seen.Width < 1 || seen.Height < 1 || int64(seen.Width)*int64(seen.Height) > shared.MaxPhotoPixels {
		return Seen{}, nil
	}
	return seen, nil
}

// read takes what an Exif block says.
func (s *Seen) read(tiff []byte) { s.Orientation, s.Taken = orientation(tiff), exifTaken(tiff) }

// sniff is the type that the first bytes claim, for bytes that were inspected when they came.
func sniff(w window) (string, error) {
	head, err := w.at(0, min(w.size, 32))
	if err != nil {
		return "", err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "image/jpeg", nil
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png", nil
	case len(head) >= 16 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "image/webp", nil
	case len(head) >= 16 && string(head[4:8]) == "ftyp":
		return sniffBrands(w)
	}
	return "", errNoImage
}

func look(w window) (Seen, error) {
	kind, err := sniff(w)
	if err != nil {
		return Seen{}, err
	}
	seen := Seen{Type: kind, Orientation: 1}
	switch kind {
	case "image/jpeg":
		err = lookJPEG(w, &seen)
	case "image/png":
		err = lookPNG(w, &seen)
	case "image/webp":
		err = lookWebP(w, &seen)
	default:
		err = lookHEIF(w, &seen)
	}
	return seen, err
}

// window reads pieces of a file, and takes a piece that is not wholly there for the end of all pictures.
type window struct {
	r    io.ReaderAt
	size int64
}

func (w window) at(offset, n int64) ([]byte, error) {
	if offset < 0 || n < 0 || offset > w.size || n > w.size-offset {
		return nil, errNoImage
	}
	piece := make([]byte, n)
	if _, err := w.r.ReadAt(piece, offset); err != nil && !(errors.Is(err, io.EOF)) {
		return nil, err
	}
	return piece, nil
}

// maxPieces bounds how many segments, chunks or boxes are walked.
const maxPieces = 100_000

// lookJPEG walks the segments up to the picture data, and then searches for its end.
func lookJPEG(w window, seen *Seen) error {
	offset, adobe := int64(2), false
	for range maxPieces {
		head, err := w.at(offset, 4)
		if err != nil {
			return err
		}
		marker, length := head[1], int64(binary.BigEndian.Uint16(head[2:]))
		switch {
		case head[0] != 0xFF || marker == 0x00: // left over of a segment that is longer than it says; decoders go on too
			if offset, err = w.next(offset+1, 0xFF); err != nil {
				return err
			}
			continue
		case marker == 0xFF: // a fill byte
			offset++
			continue
		case marker == 0xDA:
			if seen.Width == 0 {
				return errNoImage
			}
			if adobe {
				seen.PixelCost += wholePixel
			}
			return w.find(offset, []byte{0xFF, 0xD9})
		case marker == 0x01 || marker >= 0xD0 && marker <= 0xD9 || length < 2:
			return errNoImage
		case marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
			frame, err := w.at(offset+4, 7)
			if err != nil {
				return err
			}
			seen.Height, seen.Width = int(binary.BigEndian.Uint16(frame[1:])), int(binary.BigEndian.Uint16(frame[3:]))
			seen.PixelCost = jpegCost(int(frame[5]), frame[6] == 'R', marker != 0xC0 && marker != 0xC1)
		case marker == 0xEE:
			adobe = true // it may say that the planes are red, green and blue
		case marker == 0xE1:
			segment, err := w.at(offset+4, length-2)
			if err != nil {
				return err
			}
			if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok {
				seen.read(tiff)
			}
		}
		offset += 2 + length
	}
	return errNoImage
}

// wholePixel is what a pixel takes that is put together of its planes.
const wholePixel = 4

// jpegCost is a byte for each plane, the pixel put together where the planes are not brightness and two colours, and four for
// each coefficient that a progressive picture keeps to its end.
func jpegCost(planes int, rgb, progressive bool) int {
	cost := planes
	if planes > 3 || rgb {
		cost += wholePixel
	}
	if progressive {
		cost += 4 * planes
	}
	return cost
}

// next is where a byte stands at or behind an offset.
func (w window) next(offset int64, what byte) (int64, error) {
	for ; ; offset += 256 {
		piece, err := w.at(offset, min(256, max(w.size-offset, 1)))
		if err != nil {
			return 0, err
		}
		if i := bytes.IndexByte(piece, what); i >= 0 {
			return offset + int64(i), nil
		}
	}
}

// find searches from an offset to the end.
func (w window) find(offset int64, what []byte) error {
	piece := make([]byte, 32<<10)
	for kept := 0; offset < w.size; {
		n, err := w.r.ReadAt(piece[kept:min(int64(len(piece)), int64(kept)+w.size-offset)], offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if bytes.Contains(piece[:kept+n], what) {
			return nil
		}
		if n == 0 {
			break
		}
		offset += int64(n)
		kept = copy(piece, piece[max(kept+n-len(what)+1, 0):kept+n]) // it may lie across two pieces
	}
	return errNoImage
}

// lookPNG walks the chunks from IHDR to IEND.
func lookPNG(w window, seen *Seen) error {
	data, offset := false, int64(8)
	for i := range maxPieces {
		head, err := w.at(offset, 8)
		if err != nil {
			return err
		}
		length, kind := int64(binary.BigEndian.Uint32(head)), string(head[4:])
		if (kind == "IHDR") != (i == 0) {
			return errNoImage
		}
		switch kind {
		case "IHDR":
			header, err := w.at(offset+8, 13)
			if err != nil || length != 13 {
				return errors.Join(errNoImage, err)
			}
			width, height := binary.BigEndian.Uint32(header), binary.BigEndian.Uint32(header[4:])
			if width > shared.MaxPhotoPixels || height > shared.MaxPhotoPixels {
				return errNoImage
			}
			seen.Width, seen.Height, seen.PixelCost = int(width), int(height), pngCost(header[8], header[12] != 0)
		case "eXIf":
			tiff, err := w.at(offset+8, min(length, 64<<10))
			if err != nil {
				return err
			}
			seen.read(tiff)
		case "IDAT":
			data = true
		case "IEND":
			if _, err := w.at(offset+8, 4); err != nil || !data {
				return errors.Join(errNoImage, err)
			}
			return nil
		}
		offset += 12 + length
	}
	return errNoImage
}

// pngCost is what a pixel of at most four channels takes. An interlaced picture stands in memory twice, whole and in passes.
func pngCost(depth byte, interlaced bool) int {
	cost := 4
	if depth > 8 {
		cost = 8
	}
	if interlaced {
		cost *= 2
	}
	return cost
}

// lookWebP walks the chunks of the RIFF container.
func lookWebP(w window, seen *Seen) error {
	head, err := w.at(0, 12)
	if err != nil {
		return err
	}
	end := 8 + int64(binary.LittleEndian.Uint32(head[4:]))
	if end > w.size {
		return errNoImage
	}
	walk := webpWalk{seen: seen}
	for offset, i := int64(12), 0; offset+8 <= end && i < maxPieces; i++ {
		head, err := w.at(offset, 8)
		if err != nil {
			return err
		}
		kind, length := string(head[:4]), int64(binary.LittleEndian.Uint32(head[4:]))
		if offset+8+length > end {
			return errNoImage
		}
		payload, err := w.at(offset+8, min(length, 64<<10))
		if err != nil {
			return err
		}
		if err := walk.chunk(kind, payload); err != nil {
			return err
		}
		offset += 8 + length + length&1
	}
	if !walk.data {
		return errNoImage
	}
	return nil
}

// webpWalk is what the chunks so far said.
type webpWalk struct {
	seen  *Seen
	sized bool
	alpha bool
	data  bool
}

// chunk takes note of one. What is coded without loss, alpha too, is not decoded here: the memory that its codes take does
// not hang on its size.
func (w *webpWalk) chunk(kind string, payload []byte) error {
	switch {
	case kind == "VP8X" && len(payload) >= 10 && !w.sized:
		const alphaBit = 1 << 4
		w.sized, w.alpha = true, payload[0]&alphaBit != 0
		w.seen.Width, w.seen.Height = 1+int(little24(payload[4:])), 1+int(little24(payload[7:]))
	case kind == "VP8 " && len(payload) >= 10 && string(payload[3:6]) == "\x9d\x01\x2a":
		if !w.alpha {
			w.seen.PixelCost = 2
		}
		return w.picture(int(binary.LittleEndian.Uint16(payload[6:])&0x3FFF), int(binary.LittleEndian.Uint16(payload[8:])&0x3FFF))
	case kind == "VP8L" && len(payload) >= 5 && payload[0] == 0x2F:
		bits := binary.LittleEndian.Uint32(payload[1:])
		return w.picture(1+int(bits&0x3FFF), 1+int(bits>>14&0x3FFF))
	case kind == "ANMF":
		w.data = true
	case kind == "EXIF":
		w.seen.read(bytes.TrimPrefix(payload, []byte("Exif\x00\x00")))
	case kind == "VP8X" || kind == "VP8 " || kind == "VP8L":
		return errNoImage
	}
	return nil
}

// picture takes note of the pixels' own size. Where it is not the canvas', who believes the one makes room for the other.
func (w *webpWalk) picture(width, height int) error {
	if w.sized && (w.seen.Width != width || w.seen.Height != height) {
		return errNoImage
	}
	w.seen.Width, w.seen.Height, w.sized, w.data = width, height, true, true
	return nil
}

func little24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }

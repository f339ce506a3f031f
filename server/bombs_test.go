package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"io"
	"slices"
	"testing"
)

// bomb is a file of few bytes that costs much to look at.
type bomb struct {
	name   string
	bytes  []byte
	server string // what the server makes of it: "here" or "damaged"
	screen int    // status of asking for its picture for the screen
}

func bombs(t testing.TB) []bomb {
	return []bomb{
		{"2.5 GB of a grey PNG", zeroPNG(t, 50_000, 8, grey, 0), "damaged", 422},
		{"196 MB of a grey PNG", zeroPNG(t, 14_000, 8, grey, 0), "here", 404},
		{"400 MB of an interlaced PNG", zeroPNG(t, 5000, 16, colour, 1), "here", 200}, // not decoded here
		{"154 MB of an interlaced PNG", zeroPNG(t, 3100, 16, colour, 1), "here", 200}, // decoded
		{"a JPEG that goes over its pixels 9000 times", manyScans(5600, 9000), "here", 200},
	}
}

// Kinds of pixels of a PNG.
const (
	grey   = 0
	colour = 6 // and alpha
)

// zeroPNG is a square PNG of zeros. Its data are one compressed piece over and over: nobody has to hold it whole.
func zeroPNG(t testing.TB, edge uint32, depth, kind, interlace byte) []byte {
	t.Helper()
	pixel := map[byte]int64{grey: 1, colour: 4}[kind] * int64(depth) / 8
	passes := [][4]uint32{{0, 0, 1, 1}} // first column and row, steps to the next
	if interlace == 1 {
		passes = [][4]uint32{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
	}
	size := int64(0)
	for _, pass := range passes {
		rows, columns := (edge-pass[1]+pass[3]-1)/pass[3], (edge-pass[0]+pass[2]-1)/pass[2]
		size += int64(rows) * (1 + int64(columns)*pixel) // a byte before every row
	}
	const piece = 1 << 20
	zeros := make([]byte, piece)
	var out bytes.Buffer
	deflate, err := zlib.NewWriterLevel(&out, zlib.BestCompression)
	must(t, err)
	write := func(n int64) []byte {
		out.Reset()
		_, err := deflate.Write(zeros[:n])
		must(t, err)
		must(t, deflate.Flush())
		return slices.Clone(out.Bytes())
	}
	data := write(piece) // with the header
	if again := write(piece); size > piece {
		data = append(data, bytes.Repeat(again, int(size/piece)-1)...)
	}
	data = append(data, write(size%piece)...)
	out.Reset()
	must(t, deflate.Close())
	tail := out.Bytes()
	copy(tail[len(tail)-4:], zerosAdler(size))
	data = append(data, tail...)

	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, edge), edge)
	png := append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", append(header, depth, kind, 0, 0, interlace))...)
	return slices.Concat(png, pngChunk("IDAT", data), pngChunk("IEND", nil))
}

// zerosAdler is the Adler-32 of so many zeros.
func zerosAdler(size int64) []byte {
	if adler32.Checksum(make([]byte, 70_000)) != uint32(70_000%65521)<<16|1 {
		panic("the sum of zeros is another")
	}
	return binary.BigEndian.AppendUint32(nil, uint32(size%65521)<<16|1)
}

func pngChunk(kind string, data []byte) []byte {
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...)
	chunk = append(chunk, data...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// manyScans is a square grey progressive JPEG whose scans each go over all blocks: a few bytes say that nothing changes in
// 16,384 of them, and yet each is looked at.
func manyScans(edge uint16, scans int) []byte {
	segment := func(marker byte, payload ...byte) []byte {
		return append([]byte{0xFF, marker, 0, byte(len(payload) + 2)}, payload...)
	}
	code := func(class, symbol byte) []byte { // a table of one code, "0"
		return segment(0xC4, append(append([]byte{class << 4, 1}, make([]byte, 15)...), symbol)...)
	}
	blocks := (int(edge) + 7) / 8 * ((int(edge) + 7) / 8)
	const runOf16384 = 0xE0
	file := slices.Concat(
		[]byte{0xFF, 0xD8},
		segment(0xDB, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...),
		segment(0xC2, 8, byte(edge>>8), byte(edge), byte(edge>>8), byte(edge), 1, 1, 0x11, 0),
		code(0, 0), code(1, runOf16384),
		segment(0xDA, 1, 1, 0, 0, 0, 0x01), make([]byte, (blocks+7)/8), // brightness: no difference, a bit each
	)
	runs := (blocks + 16383) / 16384
	scan := append(segment(0xDA, 1, 1, 0, 1, 63, 0x10), make([]byte, (runs*15+7)/8)...)
	return slices.Concat(file, bytes.Repeat(scan, scans), []byte{0xFF, 0xD9})
}

// A bomb that is none proves nothing: what the small ones hold is what they say.
func TestBombsAreReal(t *testing.T) {
	for _, interlace := range []byte{0, 1} {
		decoded, kind := decodeAny(t, zeroPNG(t, 1500, 16, colour, interlace))
		if kind != "png" || decoded.Dx() != 1500 {
			t.Errorf("interlace %d: %s of %v", interlace, kind, decoded)
		}
	}
	if decoded, kind := decodeAny(t, manyScans(400, 5)); kind != "jpeg" || decoded.Dx() != 400 {
		t.Errorf("%s of %v", kind, decoded)
	}
	reader, err := zlib.NewReader(bytes.NewReader(zeroPNG(t, 3000, 8, grey, 0)[8+25+8:]))
	must(t, err)
	if n, err := io.Copy(io.Discard, reader); err != nil || n != 3000*3001 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

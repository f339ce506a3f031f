package photo

import (
	"encoding/binary"
	"regexp"
)

// exif is an Exif block: a TIFF file's head and directories.
type exif struct {
	tiff  []byte
	order binary.ByteOrder
}

// openExif gives the block and where its first directory is. A block that cannot be read has no entries.
func openExif(tiff []byte) (block exif, first uint64) {
	block = exif{order: binary.BigEndian}
	if len(tiff) < 8 {
		return block, 0
	}
	switch string(tiff[:4]) {
	case "II*\x00":
		block.order = binary.LittleEndian
	case "MM\x00*":
	default:
		return block, 0
	}
	block.tiff = tiff
	return block, uint64(block.order.Uint32(tiff[4:]))
}

// entry finds the first entry of a tag in a directory: its type and its twelve bytes.
func (e exif) entry(directory uint64, tag uint16) (kind uint16, entry []byte, ok bool) {
	if directory+2 > uint64(len(e.tiff)) {
		return 0, nil, false
	}
	count := uint64(e.order.Uint16(e.tiff[directory:]))
	for i := range count {
		at := directory + 2 + 12*i
		if at+12 > uint64(len(e.tiff)) {
			break
		}
		if entry := e.tiff[at : at+12]; e.order.Uint16(entry) == tag {
			return e.order.Uint16(entry[2:]), entry, true
		}
	}
	return 0, nil, false
}

// text reads an entry of characters, without the byte 0 at its end; "" where there is none.
func (e exif) text(directory uint64, tag uint16, most uint32) string {
	const ascii = 2
	kind, entry, ok := e.entry(directory, tag)
	if !ok || kind != ascii {
		return ""
	}
	length, at := min(e.order.Uint32(entry[4:]), most), uint64(e.order.Uint32(entry[8:]))
	if length <= 4 || at+uint64(length) > uint64(len(e.tiff)) {
		return ""
	}
	return string(e.tiff[at : at+uint64(length)-1])
}

var (
	exifTime   = regexp.MustCompile(`^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d$`)
	exifOffset = regexp.MustCompile(`^[+-]\d\d:\d\d$`)
)

// exifTaken is when an Exif block says that the photo was taken, by the phone's clock: "2026:07:01 08:30:00", with "+08:00" behind it
// where it says that too; "" where it does not say.
func exifTaken(tiff []byte) string {
	block, first := openExif(tiff)
	_, entry, ok := block.entry(first, 0x8769) // where its own directory is
	if !ok {
		return ""
	}
	own := uint64(block.order.Uint32(entry[8:]))
	at, offset := block.text(own, 0x9003, 20), block.text(own, 0x9011, 7)
	if !exifTime.MatchString(at) {
		return ""
	}
	if !exifOffset.MatchString(offset) {
		return at
	}
	return at + offset
}

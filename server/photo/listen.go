package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"

	"buxun/shared"
)

// What a recorder of a browser gives.
const (
	typeWebM = "audio/webm" // Opus
	typeMP4  = "audio/mp4"  // AAC or Opus
)

// identify looks at bytes that came: a photograph by its headers, else a voice note. What they are named as does not count: bytes
// that one operation names as a voice note and another as a photo are the same for both.
func identify(r io.ReaderAt, size int64) (Seen, error) {
	seen, err := Inspect(r, size)
	if err != nil || seen.Type != "" {
		return seen, err
	}
	return Listen(r, size)
}

// Listen looks at a voice note from its first byte to its last, for it is small: sound of one of the kinds that browsers record,
// nothing but sound, whole, and within shared.MaxVoiceBytes and MaxVoiceMs. Nothing is decoded. Type is "" for what is not that. Its error is the reader's.
func Listen(r io.ReaderAt, size int64) (Seen, error) {
	if size > shared.MaxVoiceBytes {
		return Seen{}, nil
	}
	data := make([]byte, size)
	if _, err := r.ReadAt(data, 0); err != nil && !errors.Is(err, io.EOF) {
		return Seen{}, err
	}
	w := window{bytes.NewReader(data), size}
	kind := soundOf(data)
	lasts, err := int64(0), errNoImage
	switch kind {
	case typeWebM:
		lasts, err = webmLasts(w)
	case typeMP4:
		lasts, err = mp4Lasts(w)
	}
	if err != nil || lasts < 1 || lasts > shared.MaxVoiceMs+shared.VoiceSlackMs {
		return Seen{}, nil
	}
	return Seen{Type: kind}, nil
}

// soundOf is the type of sound that the first bytes claim, or "".
func soundOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")):
		return typeWebM
	case len(head) >= 16 && string(head[4:8]) == "ftyp":
		return typeMP4
	}
	return ""
}

// Elements of WebM.
const (
	idHeader    = 0x1A45DFA3
	idDocType   = 0x4282
	idSegment   = 0x18538067
	idSeekHead  = 0x114D9B74
	idInfo      = 0x1549A966
	idScale     = 0x2AD7B1
	idDuration  = 0x4489
	idTracks    = 0x1654AE6B
	idTrack     = 0xAE
	idTrackType = 0x83
	idCodec     = 0x86
	idCluster   = 0x1F43B675
	idTime      = 0xE7
	idSimple    = 0xA3
	idGroup     = 0xA0
	idBlock     = 0xA1
	idPosition  = 0xA7
	idPrevSize  = 0xAB
	idCues      = 0x1C53BB6B
	idTags      = 0x1254C367
	idVoid      = 0xEC
	idChecksum  = 0xBF
)

// element is one element of WebM: where its content begins and ends. open says that its size is not told, as in what was streamed.
type element struct {
	id         int64
	start, end int64
	open       bool
}

// element reads the head of the element at an offset, which must end before end.
func (w window) element(offset, end int64) (element, error) {
	id, after, err := w.number(offset, 4, false)
	if err != nil {
		return element{}, err
	}
	size, start, err := w.number(after, 8, true)
	if err != nil {
		return element{}, err
	}
	if size == 1<<(7*(start-after))-1 {
		return element{id, start, end, true}, nil
	}
	if size > end-start {
		return element{}, errNoImage
	}
	return element{id, start, start + size, false}, nil
}

// number reads a number of a variable length that its first byte tells, at most so many bytes, and says where it ends.
func (w window) number(offset int64, most int, bare bool) (n, end int64, err error) {
	first, err := w.at(offset, 1)
	if err != nil {
		return 0, 0, err
	}
	length := 1
	for mark := byte(0x80); length <= most && first[0]&mark == 0; mark >>= 1 {
		length++
	}
	if length > most {
		return 0, 0, errNoImage
	}
	all, err := w.at(offset, int64(length))
	if err != nil {
		return 0, 0, err
	}
	n = int64(all[0])
	if bare {
		n &= 1<<(8-length) - 1
	}
	for _, b := range all[1:] {
		n = n<<8 | int64(b)
	}
	return n, offset + int64(length), nil
}

// elements lists what lies between two offsets; none of it may be open.
func (w window) elements(from, end int64) ([]element, error) {
	var list []element
	for from < end {
		e, err := w.element(from, end)
		if err != nil {
			return nil, err
		}
		if e.open || len(list) == maxPieces {
			return nil, errNoImage
		}
		list = append(list, e)
		from = e.end
	}
	return list, nil
}

// content is what stands in an element or box, at most so many bytes.
func (w window) content(start, end, most int64) ([]byte, error) {
	if end-start > most {
		return nil, errNoImage
	}
	return w.at(start, end-start)
}

// unsigned is a number of up to eight bytes.
func (w window) unsigned(e element) (int64, error) {
	piece, err := w.content(e.start, e.end, 8)
	n := uint64(0)
	for _, b := range piece {
		n = n<<8 | uint64(b)
	}
	return int64(min(n, math.MaxInt32)), err
}

// empty says whether a padding holds nothing: other files hide in it.
func (w window) empty(e element) error {
	piece, err := w.content(e.start, e.end, shared.MaxVoiceBytes)
	if err != nil || len(bytes.Trim(piece, "\x00")) > 0 {
		return errNoImage
	}
	return nil
}

// webm is what was read of one so far.
type webm struct {
	w      window
	scale  int64 // nanoseconds of a tick
	tracks int
	blocks int
	told   int64 // ms, as the head says
	last   int64 // tick of the last block
}

// webmLasts walks a WebM file and says how many milliseconds it lasts.
func webmLasts(w window) (int64, error) {
	head, err := w.element(0, w.size)
	if err != nil || head.id != idHeader || head.open {
		return 0, errNoImage
	}
	fields, err := w.elements(head.start, head.end)
	if err != nil {
		return 0, err
	}
	for _, e := range fields {
		if name, err := w.content(e.start, e.end, 16); e.id == idDocType && (err != nil || string(name) != "webm") {
			return 0, errNoImage
		}
	}
	segment, err := w.element(head.end, w.size)
	if err != nil || segment.id != idSegment || segment.end != w.size { // something follows
		return 0, errNoImage
	}
	m := webm{w: w, scale: 1_000_000}
	for at := segment.start; at < segment.end; {
		if at, err = m.part(at, segment.end); err != nil {
			return 0, err
		}
	}
	if m.tracks == 0 || m.blocks == 0 {
		return 0, errNoImage
	}
	return max(m.told, m.last*m.scale/1_000_000+1), nil
}

// part reads the part of a segment at an offset and says where the next begins.
func (m *webm) part(at, end int64) (int64, error) {
	e, err := m.w.element(at, end)
	if err != nil {
		return 0, err
	}
	if e.open && e.id != idCluster {
		return 0, errNoImage
	}
	switch e.id {
	case idInfo:
		return e.end, m.info(e)
	case idTracks:
		return e.end, m.listTracks(e)
	case idCluster:
		return m.cluster(e)
	case idVoid:
		return e.end, m.w.empty(e)
	case idSeekHead, idCues, idTags, idChecksum:
		return e.end, nil
	}
	return 0, errNoImage
}

func (m *webm) info(e element) error {
	fields, err := m.w.elements(e.start, e.end)
	for _, f := range fields {
		switch f.id {
		case idScale:
			if m.scale, err = m.w.unsigned(f); err != nil || m.scale < 1 {
				return errNoImage
			}
		case idDuration:
			piece, err := m.w.content(f.start, f.end, 8)
			if err != nil {
				return err
			}
			ticks := 0.0
			switch len(piece) {
			case 4:
				ticks = float64(math.Float32frombits(binary.BigEndian.Uint32(piece)))
			case 8:
				ticks = math.Float64frombits(binary.BigEndian.Uint64(piece))
			}
			if !(ticks >= 0 && ticks <= math.MaxInt32) { // no number either
				return errNoImage
			}
			m.told = int64(ticks * float64(m.scale) / 1e6)
		}
	}
	return err
}

// listTracks takes sound by Opus and nothing else.
func (m *webm) listTracks(e element) error {
	tracks, err := m.w.elements(e.start, e.end)
	if err != nil {
		return err
	}
	for _, track := range tracks {
		if track.id == idVoid || track.id == idChecksum {
			continue
		}
		fields, err := m.w.elements(track.start, track.end)
		if err != nil || track.id != idTrack {
			return errNoImage
		}
		sound, opus := false, false
		for _, f := range fields {
			piece, err := m.w.content(f.start, f.end, 4096)
			if err != nil {
				return err
			}
			sound = sound || f.id == idTrackType && string(piece) == "\x02"
			opus = opus || f.id == idCodec && string(piece) == "A_OPUS"
		}
		if !sound || !opus {
			return errNoImage
		}
		m.tracks++
	}
	return nil
}

// cluster reads its blocks; one whose size is not told ends where a part of the segment begins.
func (m *webm) cluster(e element) (int64, error) {
	begins := int64(0)
	for at := e.start; at < e.end; {
		f, err := m.w.element(at, e.end)
		if err != nil {
			return 0, err
		}
		if e.open && slices.Contains([]int64{idCluster, idCues, idTags, idInfo, idTracks, idSeekHead}, f.id) {
			return at, nil
		}
		if f.open {
			return 0, errNoImage
		}
		switch f.id {
		case idTime:
			begins, err = m.w.unsigned(f)
		case idSimple:
			err = m.block(f, begins)
		case idGroup:
			err = m.group(f, begins)
		case idVoid:
			err = m.w.empty(f)
		case idPosition, idPrevSize, idChecksum:
		default:
			err = errNoImage
		}
		if err != nil {
			return 0, err
		}
		at = f.end
	}
	return e.end, nil
}

func (m *webm) group(e element, begins int64) error {
	fields, err := m.w.elements(e.start, e.end)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.id == idBlock {
			if err := m.block(f, begins); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *webm) block(e element, begins int64) error {
	_, after, err := m.w.number(e.start, 4, true)
	if err != nil {
		return err
	}
	head, err := m.w.at(after, 3)
	if err != nil || after+3 >= e.end {
		return errNoImage
	}
	m.blocks++
	m.last = max(m.last, begins+int64(int16(binary.BigEndian.Uint16(head))))
	return nil
}

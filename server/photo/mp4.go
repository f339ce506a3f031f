package photo

import (
	"encoding/binary"
	"math"
	"slices"
)

const (
	maxMovie   = 256 << 10 // bytes of what describes a voice note
	maxPadding = 1 << 10   // bytes of one padding that may hold anything
)

// mp4 is what was read of one so far.
type mp4 struct {
	w         window
	scale     int64 // ticks of a second
	usual     int64 // ticks of a sample that does not say
	told      int64 // ticks that it lasts, as it says
	ticks     int64 // of its samples
	sound     int64 // bytes
	described bool
}

// mp4Lasts walks an MP4 file, in one piece or in the fragments that recorders write, and says how many milliseconds it lasts.
func mp4Lasts(w window) (int64, error) {
	top, err := w.boxes(0, w.size)
	if err != nil {
		return 0, err
	}
	m := mp4{w: w}
	for i, b := range top {
		if (b.kind == "ftyp") != (i == 0) {
			return 0, errNoImage
		}
		if err := m.part(b); err != nil {
			return 0, err
		}
	}
	if !m.described || m.sound == 0 {
		return 0, errNoImage
	}
	return max(m.told, m.ticks) * 1000 / m.scale, nil
}

func (m *mp4) part(b box) error {
	switch b.kind {
	case "ftyp", "styp", "sidx", "mfra", "free", "skip", "wide":
		if b.kind != "sidx" && b.kind != "mfra" && b.end-b.start > maxPadding || b.end-b.start > maxMovie {
			return errNoImage
		}
		return nil
	case "mdat":
		m.sound += b.end - b.start
		return nil
	case "moov":
		if m.described || b.end-b.start > maxMovie {
			return errNoImage
		}
		m.described = true
		return m.movie(b)
	case "moof":
		return m.fragment(b)
	}
	return errNoImage
}

// movie reads the description: sound, by AAC or Opus, and nothing else.
func (m *mp4) movie(b box) error {
	parts, err := m.w.boxes(b.start, b.end)
	if err != nil {
		return err
	}
	for _, part := range parts {
		switch part.kind {
		case "trak":
			if m.scale != 0 { // a second one
				return errNoImage
			}
			if err := m.track(part); err != nil {
				return err
			}
		case "mvex":
			inner, err := m.w.boxes(part.start, part.end)
			if err != nil {
				return err
			}
			if i := slices.IndexFunc(inner, func(b box) bool { return b.kind == "trex" }); i >= 0 {
				usual, err := m.w.at(inner[i].start+12, 4)
				if err != nil {
					return err
				}
				m.usual = int64(binary.BigEndian.Uint32(usual))
			}
		}
	}
	if m.scale == 0 {
		return errNoImage
	}
	return nil
}

func (m *mp4) track(b box) error {
	parts, err := m.w.boxes(b.start, b.end)
	if err != nil {
		return err
	}
	media, err := m.w.inside(parts, "mdia", 0)
	if err != nil {
		return err
	}
	for _, part := range media {
		switch part.kind {
		case "hdlr":
			if what, err := m.w.at(part.start+8, 4); err != nil || string(what) != "soun" {
				return errNoImage
			}
		case "mdhd":
			if err := m.clock(part); err != nil {
				return err
			}
		}
	}
	if !slices.ContainsFunc(media, func(b box) bool { return b.kind == "hdlr" }) || m.scale == 0 {
		return errNoImage
	}
	inner, err := m.w.inside(media, "minf", 0)
	if err != nil {
		return err
	}
	table, err := m.w.inside(inner, "stbl", 0)
	if err != nil {
		return err
	}
	entries, err := m.w.inside(table, "stsd", 8)
	if err != nil || len(entries) != 1 || entries[0].kind != "mp4a" && entries[0].kind != "Opus" {
		return errNoImage
	}
	return m.times(table)
}

// clock reads how long a tick is, and how long the file says it lasts.
func (m *mp4) clock(b box) error {
	head, err := m.w.content(b.start, b.end, 64)
	if err != nil || len(head) < 20 || head[0] == 1 && len(head) < 32 {
		return errNoImage
	}
	if head[0] == 1 {
		m.scale = int64(binary.BigEndian.Uint32(head[20:]))
		if long := binary.BigEndian.Uint64(head[24:]); long != math.MaxUint64 {
			m.told = int64(min(long, math.MaxUint32))
		}
	} else {
		m.scale = int64(binary.BigEndian.Uint32(head[12:]))
		if short := binary.BigEndian.Uint32(head[16:]); short != math.MaxUint32 {
			m.told = int64(short)
		}
	}
	return nil
}

// times adds up the samples of a file in one piece; one in fragments has none here.
func (m *mp4) times(table []box) error {
	i := slices.IndexFunc(table, func(b box) bool { return b.kind == "stts" })
	if i < 0 {
		return errNoImage
	}
	rows, err := m.w.content(table[i].start, table[i].end, maxMovie)
	if err != nil || len(rows) < 8 {
		return errNoImage
	}
	for rows = rows[8:]; len(rows) >= 8; rows = rows[8:] {
		m.ticks = clip(m.ticks + clip(int64(binary.BigEndian.Uint32(rows))*int64(binary.BigEndian.Uint32(rows[4:]))))
	}
	return nil
}

// clip keeps sums of what files claim within what is counted.
func clip(n int64) int64 {
	if n < 0 || n > math.MaxUint32 {
		return math.MaxUint32
	}
	return n
}

// fragment adds up the samples of a fragment.
func (m *mp4) fragment(b box) error {
	parts, err := m.w.boxes(b.start, b.end)
	if err != nil || !m.described {
		return errNoImage
	}
	for _, part := range parts {
		if part.kind != "traf" {
			continue
		}
		runs, err := m.w.boxes(part.start, part.end)
		if err != nil {
			return err
		}
		usual := m.usual
		for _, run := range runs {
			head, err := m.w.content(run.start, run.end, maxMovie)
			switch {
			case err != nil:
				return err
			case run.kind == "tfhd":
				usual, err = usualOf(head, usual)
			case run.kind == "trun":
				err = m.run(head, usual)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// usualOf is the ticks of a sample that does not say, as the head of a fragment tells.
func usualOf(head []byte, before int64) (int64, error) {
	if len(head) < 8 {
		return 0, errNoImage
	}
	flags, at := binary.BigEndian.Uint32(head), 8
	if flags&0x8 == 0 {
		return before, nil
	}
	if flags&0x1 != 0 {
		at += 8
	}
	if flags&0x2 != 0 {
		at += 4
	}
	if len(head) < at+4 {
		return 0, errNoImage
	}
	return int64(binary.BigEndian.Uint32(head[at:])), nil
}

func (m *mp4) run(head []byte, usual int64) error {
	if len(head) < 8 {
		return errNoImage
	}
	flags, count, at := binary.BigEndian.Uint32(head), int64(binary.BigEndian.Uint32(head[4:])), 8
	for _, flag := range []uint32{0x1, 0x4} {
		if flags&flag != 0 {
			at += 4
		}
	}
	if flags&0x100 == 0 {
		m.ticks = clip(m.ticks + clip(count*usual))
		return nil
	}
	step := 4
	for _, flag := range []uint32{0x200, 0x400, 0x800} {
		if flags&flag != 0 {
			step += 4
		}
	}
	if int64(len(head)) < int64(at)+count*int64(step) {
		return errNoImage
	}
	for range count {
		m.ticks = clip(m.ticks + int64(binary.BigEndian.Uint32(head[at:])))
		at += step
	}
	return nil
}

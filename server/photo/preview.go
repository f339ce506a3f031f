package photo

import (
	"bytes"
	"image/jpeg"
	"io"

	"buxun/shared"
)

const phonePreviewEdge = 320 // pixels of the longer side, as phones make them

// Preview makes the small picture of a photo that came without one, as phones make it, or nil where none can be made. One is made at a
// time: decoding takes memory.
func (p *Photos) Preview(r io.ReaderAt, size int64) []byte {
	p.screens.drawing.Lock()
	defer p.screens.drawing.Unlock()
	picture, err := p.screens.draw(r, size, phonePreviewEdge)
	if err != nil {
		return nil // what cannot be drawn is shown by its name
	}
	for quality := 70; quality >= 20; quality -= 10 {
		var out bytes.Buffer
		if jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}) == nil && out.Len() <= shared.MaxPreviewBytes {
			return out.Bytes()
		}
	}
	return nil
}

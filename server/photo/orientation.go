package photo

import "image"

// orientation reads the Orientation tag (0x0112) of the first directory of an Exif block, 1 to 8. It is 1 for a block that
// cannot be read: a picture lying on its side is better than none.
func orientation(tiff []byte) int {
	block, first := openExif(tiff)
	const short = 3
	if kind, value, ok := block.entry(first, 0x0112); ok && kind == short {
		if value := block.order.Uint16(value[8:]); value >= 1 && value <= 8 {
			return int(value)
		}
	}
	return 1
}

// upright turns a picture as its orientation says.
func upright(src *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := x, y
			if orientation >= 5 {
				sx, sy = y, x
			}
			// What the stored rows and columns run along, by the values of TIFF 6.0.
			switch orientation {
			case 2, 3, 7, 8:
				sx = w - 1 - sx
			}
			switch orientation {
			case 3, 4, 6, 7:
				sy = h - 1 - sy
			}
			dst.SetRGBA(x, y, src.RGBAAt(sx, sy))
		}
	}
	return dst
}

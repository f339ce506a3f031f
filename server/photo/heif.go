package photo

import (
	"encoding/binary"
	"slices"

	"buxun/shared"
)

// Brands of HEIF files, by the codec that their pictures need.
var (
	heicBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"}
	avifBrands = []string{"avif", "avis"}
	heifBrands = []string{"mif1", "msf1", "mif2"}
)

// box is one box of an ISO base media file: where its content begins and ends.
type box struct {
	kind       string
	start, end int64
}

// boxes lists the boxes between two offsets. One that reaches beyond the end makes the file no whole image.
func (w window) boxes(from, end int64) ([]box, error) {
	var found []box
	for from < end {
		if len(found) == 10_000 {
			return nil, errNoImage
		}
		head, err := w.at(from, 8)
		if err != nil {
			return nil, err
		}
		length, start := int64(binary.BigEndian.Uint32(head)), from+8
		switch length {
		case 0:
			length = end - from
		case 1:
			long, err := w.at(start, 8)
			if err != nil {
				return nil, err
			}
			length, start = int64(binary.BigEndian.Uint64(long)), start+8
		}
		if length < start-from || length > end-from {
			return nil, errNoImage
		}
		found = append(found, box{string(head[4:]), start, from + length})
		from += length
	}
	return found, nil
}

// inside lists the boxes of the first box of a kind, behind skip bytes of its own.
func (w window) inside(outer []box, kind string, skip int64) ([]box, error) {
	i := slices.IndexFunc(outer, func(b box) bool { return b.kind == kind })
	if i < 0 {
		return nil, errNoImage
	}
	return w.boxes(outer[i].start+skip, outer[i].end)
}

// sniffBrands tells HEIF files apart by their major brand, then by those they are compatible with.
func sniffBrands(w window) (string, error) {
	head, err := w.at(0, 8)
	if err != nil {
		return "", err
	}
	length := int64(binary.BigEndian.Uint32(head))
	if length < 16 || length > 4096 {
		return "", errNoImage
	}
	ftyp, err := w.at(8, length-8)
	if err != nil {
		return "", err
	}
	brands := []string{string(ftyp[:4])}
	for at := 8; at+4 <= len(ftyp); at += 4 {
		brands = append(brands, string(ftyp[at:at+4]))
	}
	general := slices.Contains(heifBrands, brands[0])
	for _, brand := range brands {
		switch {
		case slices.Contains(avifBrands, brand) && (general || brand == brands[0]):
			return "image/avif", nil
		case slices.Contains(heicBrands, brand) && (general || brand == brands[0]):
			return "image/heic", nil
		}
	}
	if general {
		return "image/heif", nil
	}
	return "", errNoImage // a video, or something else in boxes
}

// lookHEIF finds the largest picture that the file describes: the parts of a grid are smaller than the whole.
func lookHEIF(w window, seen *Seen) error {
	top, err := w.boxes(0, w.size)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(top, func(b box) bool { return b.kind == "mdat" }) {
		return errNoImage
	}
	const versionAndFlags = 4
	meta, err := w.inside(top, "meta", versionAndFlags)
	if err != nil {
		return err
	}
	properties, err := w.inside(meta, "iprp", 0)
	if err != nil {
		return err
	}
	list, err := w.inside(properties, "ipco", 0)
	if err != nil {
		return err
	}
	for _, property := range list {
		if property.kind != "ispe" {
			continue
		}
		extent, err := w.at(property.start+versionAndFlags, 8)
		if err != nil {
			return err
		}
		width, height := binary.BigEndian.Uint32(extent), binary.BigEndian.Uint32(extent[4:])
		if width > shared.MaxPhotoPixels || height > shared.MaxPhotoPixels {
			return errNoImage
		}
		if int64(width)*int64(height) > int64(seen.Width)*int64(seen.Height) {
			seen.Width, seen.Height = int(width), int(height)
		}
	}
	return nil
}

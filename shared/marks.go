package shared

import (
	"math"
	"slices"
)

// marksOf lists what is improbable about an operation, in a fixed order (L11).
func marksOf(c *Case, b Body, move Move, ctx Judging) []Mark {
	var marks []Mark
	add := func(improbable bool, mark Mark) {
		if improbable {
			marks = append(marks, mark)
		}
	}
	claimed := b.Time.Device
	if b.Time.Offset != nil {
		claimed += *b.Time.Offset
	}
	add(b.Author.Kind == AuthorPerson && (b.Time.Offset == nil || !b.Time.Fresh), MarkTimeUnmeasured)
	add(b.Anchor != nil && claimed+b.Time.Bound+ClockToleranceMs < b.Anchor.At, MarkTimeBeforeAnchor)
	add(claimed-b.Time.Bound-ClockToleranceMs > ctx.Now, MarkTimeAfterArrival)
	if move.Opens() {
		add(b.Place == nil, MarkPlaceMissing)
		add(len(b.Photos) == 0, MarkPhotoMissing)
	}
	if b.Place != nil {
		add(b.Place.Accuracy > CoarseMetres, MarkPlaceCoarse)
		add(b.Time.Device-b.Place.At > OldFixMs, MarkPlaceOld)
		add(!possible(b.Place.Longitude, b.Place.Latitude), MarkPlaceImpossible)
	}
	gallery, elsewhere, otherTime := photoMarks(b, claimed)
	add(gallery, MarkPhotoGallery)
	add(elsewhere, MarkPhotoElsewhere)
	add(otherTime, MarkPhotoOtherTime)
	add(c != nil && !move.Evidence && b.Author.Kind == AuthorPerson && missed(*c, b.Seen), MarkDecidedOnOlder)
	add(ctx.AfterGap, MarkChainUnproven)
	return marks
}

// missed says whether people did something after the revision that the author saw. What the server notes by itself, such as a
// number, changes no decision.
func missed(c Case, seen int64) bool {
	latest := c.Revision
	for _, entry := range slices.Backward(c.Timeline) {
		if entry.By.Kind != AuthorServer {
			break
		}
		latest = entry.Revision - 1
	}
	return seen < latest
}

func photoMarks(b Body, claimed int64) (gallery, elsewhere, otherTime bool) {
	for _, p := range b.Photos {
		gallery = gallery || p.Origin == OriginGallery
		if p.Exif == nil {
			continue
		}
		if p.Exif.Longitude != nil && p.Exif.Latitude != nil && b.Place != nil {
			metres := Metres(*p.Exif.Longitude, *p.Exif.Latitude, b.Place.Longitude, b.Place.Latitude)
			elsewhere = elsewhere || metres > ElsewhereMetres
		}
		if p.Exif.At != nil {
			apart := *p.Exif.At - claimed
			otherTime = otherTime || max(apart, -apart) > OtherTimeMs
		}
	}
	return gallery, elsewhere, otherTime
}

func possible(longitude, latitude float64) bool {
	return math.Abs(longitude) <= 180 && math.Abs(latitude) <= 90 && (longitude != 0 || latitude != 0)
}

// Metres is the distance between two WGS-84 points given in degrees, on a sphere of 6,371,008.8 m.
func Metres(longitude1, latitude1, longitude2, latitude2 float64) float64 {
	const radius, degree = 6371008.8, math.Pi / 180
	sinLat := math.Sin((latitude2 - latitude1) * degree / 2)
	sinLon := math.Sin((longitude2 - longitude1) * degree / 2)
	h := sinLat*sinLat + math.Cos(latitude1*degree)*math.Cos(latitude2*degree)*sinLon*sinLon
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// Package shared says what both languages agree on: the words of the field, an operation, a case, what an operation does
// to a case, and every fault. It must not know of sockets, databases, clocks or screens.
package shared

// Version is the format of an operation's body. A body of another version is refused with operation.versionUnknown.
const Version = 1

// Limits of one operation. A body over a limit is malformed.
const (
	MaxBodyBytes  = 64 << 10 // UTF-8 bytes of the exact text
	MaxPhotos     = 60       // photo descriptors in one operation
	MaxWords      = 2000     // runes of a description, comment or reason
	MaxChanges    = 16       // fields in one amendment
	MaxPhotoBytes = 50 << 20 // bytes of one original
	MaxVoices     = 10       // voice notes in one operation
	MaxVoiceBytes = 2 << 20  // bytes of one voice note: a minute at 256 kbit/s, twice what the greediest phone records with
	MaxVoiceMs    = 60_000   // how long one voice note lasts
	// VoiceSlackMs is by how much a recorder may overrun MaxVoiceMs until it has stopped.
	VoiceSlackMs = 5_000
	// MaxPhotoPixels is the largest picture that is taken for one. The largest sensors of phones give 200 million pixels.
	MaxPhotoPixels = 210_000_000
)

// What makes a time, place or photo improbable (L11). Figures are ours, see docs/decisions.md.
const (
	CoarseMetres     = 100.0
	OldFixMs         = 10_000
	ElsewhereMetres  = 1000.0
	OtherTimeMs      = 60 * 60 * 1000
	ClockToleranceMs = 2_000
)

// Quotas of the loops. One product's figures, see DOMAIN section 2.
const (
	MaxExtensions   = 2
	MaxSuspensions  = 1
	MaxSuspensionMs = 366 * 24 * 60 * 60 * 1000
)

// Body is one immutable thing that somebody did. It is made once, on the device, and travels and is stored as its exact
// JSON text: the text's SHA-256 is the operation's hash. Times are milliseconds since 1970 UTC, places WGS-84 degrees.
type Body struct {
	V       int    `json:"v"`
	Replica string `json:"replica"` // UUIDv7 of the installation of one person on one device
	Counter int64  `json:"counter"` // 1, 2, 3 … without holes within a replica
	// Prev is the hash of the replica's operation Counter-1; absent for the first one.
	Prev    string  `json:"prev,omitempty"`
	Case    string  `json:"case"` // UUIDv7 made on the device
	Author  Author  `json:"author"`
	Source  Source  `json:"source"`
	Action  Action  `json:"action"`
	Payload Payload `json:"payload"`
	// Seen is the revision of the case that the author saw; 0 for a new case.
	Seen     int64      `json:"seen"`
	Taxonomy string     `json:"taxonomy"`       // version of the taxonomy data in use
	Area     string     `json:"area,omitempty"` // version of the squad's area data in use
	Time     DeviceTime `json:"time"`
	Anchor   *Anchor    `json:"anchor,omitempty"`
	Place    *Fix       `json:"place,omitempty"`
	Photos   []Photo    `json:"photos,omitempty"`
	// Voices are attachments as photos are: bytes known by their hash, that come after the record (L7, L8).
	Voices []Voice `json:"voices,omitempty"`
	// Was names the operation that this one reissues under a new replica (after a fork or a lost state).
	Was *Reference `json:"was,omitempty"`
	// Corrects names the refused operation that this one replaces.
	Corrects *Reference `json:"corrects,omitempty"`
}

// Author is who did it: the person for whom the replica was enrolled, never the session that delivers it.
type Author struct {
	Kind AuthorKind `json:"kind"`
	ID   string     `json:"id"`
}

// Payload holds what the action needs; workflow.json says which fields an action requires.
type Payload struct {
	Category    string   `json:"category,omitempty"` // CategoryKey
	Description string   `json:"description,omitempty"`
	Address     string   `json:"address,omitempty"`
	Pin         string   `json:"pin,omitempty"`
	Words       string   `json:"words,omitempty"`  // a comment, or what was said on resubmitting
	Reason      string   `json:"reason,omitempty"` // why it was returned, rejected or not accepted
	Changes     []Change `json:"changes,omitempty"`
	Number      string   `json:"number,omitempty"` // 案卷号, by the server only
	Squad       string   `json:"squad,omitempty"`  // new squad of a transfer, by the server only
	// Condition is the filing condition (立案条件) on which the limit hangs, an id of the limits' data: of a filing, where absent means
	// the first of the sub-class, or of a dispatch, where absent means as it was filed.
	Condition string `json:"condition,omitempty"`
	Unit      string `json:"unit,omitempty"` // code of the responsible unit of a dispatch
	// Assignee is the collector who is sent; absent where the server settles it, in the way that How says.
	Assignee  string    `json:"assignee,omitempty"`
	How       Assigning `json:"how,omitempty"`
	Until     int64     `json:"until,omitempty"`     // when a suspended case goes on, server's clock
	Into      string    `json:"into,omitempty"`      // the case that a duplicate is merged into
	Duplicate string    `json:"duplicate,omitempty"` // the case that came in or goes out again, by the server only
	Phase     Phase     `json:"phase,omitempty"`     // the phase that ran over its limit, by the server only
	// Contractor is who reported it for the unit through a link, as the unit calls them; Link is that link's id (no secret). By the server only.
	Contractor string `json:"contractor,omitempty"`
	Link       string `json:"link,omitempty"`
}

// Change is one field of an amendment: from what its author saw, to what it should be.
type Change struct {
	Field Field  `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// DeviceTime is the device's clock at saving, with what is known of its error.
type DeviceTime struct {
	Device int64 `json:"device"` // the device's clock
	// Offset is server time minus device time as last measured; the truth lies within Offset±Bound. Absent if never measured.
	Offset *int64 `json:"offset,omitempty"`
	Bound  int64  `json:"bound,omitempty"` // half the round trip of the measurement, ms
	// Fresh says that the offset was measured in this life of the page, so that a changed clock was noticed.
	Fresh bool `json:"fresh,omitempty"`
}

// Anchor is the last unpredictable token that a welcome gave, and the server's time then: the operation was made after it.
type Anchor struct {
	Token string `json:"token"`
	At    int64  `json:"at"`
}

// Fix is a position from the device, as it was given. WGS-84 degrees; accuracy is the radius of 68 % confidence in metres.
type Fix struct {
	Longitude float64  `json:"longitude"`
	Latitude  float64  `json:"latitude"`
	Accuracy  float64  `json:"accuracy"`
	At        int64    `json:"at"`                // device clock at the fix
	Source    string   `json:"source"`            // "device", "exif" or "hand"
	Heading   *float64 `json:"heading,omitempty"` // degrees clockwise from true north, 0 to 360
	Speed     *float64 `json:"speed,omitempty"`   // metres per second
}

// Photo describes one photograph; its identity is the SHA-256 of the untouched original (L7).
type Photo struct {
	Hash    string      `json:"hash"`
	Size    int64       `json:"size"` // bytes
	Type    string      `json:"type"` // image/jpeg, image/png, image/webp, image/heic, image/heif, image/avif
	Width   int         `json:"width,omitempty"`
	Height  int         `json:"height,omitempty"`
	Preview *Preview    `json:"preview,omitempty"` // absent where the phone cannot decode the type
	Origin  PhotoOrigin `json:"origin"`
	Part    PhotoPart   `json:"part"`
	TakenAt int64       `json:"takenAt"` // device clock at the shutter; for the gallery the file's own time or EXIF, never now
	Fix     *Fix        `json:"fix,omitempty"`
	Heading *float64    `json:"heading,omitempty"` // degrees clockwise from true north
	Exif    *Exif       `json:"exif,omitempty"`
	// Working says that the phone reduced the photo at capture because the squad set a size limit.
	Working bool `json:"working,omitempty"`
}

// Preview is the small picture that travels first: about 320 px, at most 16 KiB, JPEG.
type Preview struct {
	Hash string `json:"hash"`
	Size int64  `json:"size"`
}

// Voice describes one voice note; its identity is the SHA-256 of what the recorder gave (L7).
type Voice struct {
	Hash     string `json:"hash"`
	Size     int64  `json:"size"`     // bytes
	Type     string `json:"type"`     // audio/webm (Opus) or audio/mp4 (AAC or Opus); the bytes decide
	Duration int64  `json:"duration"` // ms, as the phone measured it
	TakenAt  int64  `json:"takenAt"`  // device clock when the recording began
}

// Exif is what the file says of itself, read before any re-encoding.
type Exif struct {
	At        *int64   `json:"at,omitempty"`
	Longitude *float64 `json:"longitude,omitempty"`
	Latitude  *float64 `json:"latitude,omitempty"`
}

// Reference names an operation; a hash makes it certain.
type Reference struct {
	Replica string `json:"replica"`
	Counter int64  `json:"counter"`
	Hash    string `json:"hash"`
}

// Estimate is the best guess of when it was done on the server's clock: device time plus the measured offset, never
// before the anchor and never after arrival.
func (b Body) Estimate(received int64) int64 {
	at := b.Time.Device
	if b.Time.Offset != nil {
		at += *b.Time.Offset
	}
	if b.Anchor != nil && at < b.Anchor.At {
		at = b.Anchor.At
	}
	return min(at, received)
}

// Hashes are the hashes of all bytes that the operation names: originals, previews and voice notes.
func (b Body) Hashes() []string {
	var hashes []string
	for _, p := range b.Photos {
		hashes = append(hashes, p.Hash)
		if p.Preview != nil {
			hashes = append(hashes, p.Preview.Hash)
		}
	}
	for _, v := range b.Voices {
		hashes = append(hashes, v.Hash)
	}
	return hashes
}

// Attached are the hashes of the originals and voice notes that the operation names: what is evidence, in its order.
func (b Body) Attached() []string {
	var hashes []string
	for _, p := range b.Photos {
		hashes = append(hashes, p.Hash)
	}
	for _, v := range b.Voices {
		hashes = append(hashes, v.Hash)
	}
	return hashes
}

// Package wire holds the frames of buxun.sync.v1 as PROTOCOL.md numbers their rules. It must not know who sends them or
// what is kept: only their shape and their limits.
package wire

import "buxun/shared"

// Subprotocol is what both ends name at the websocket handshake.
const Subprotocol = "buxun.sync.v1"

// Version is the protocol version that hello and welcome carry.
const Version = 1

// Limits that welcome tells the phone. Bytes are UTF-8 bytes before compression, times milliseconds.
const (
	MaxFrameBytes     = 1 << 20
	MaxPushOperations = 20
	MaxPushesInFlight = 4
	MaxPagesInFlight  = 2
	PageCases         = 200
	MaxReplicas       = 32  // replicas named by one hello
	MaxHashes         = 500 // hashes of one held question, cases of one seen
	HeartbeatMs       = 15_000
	SilenceMs         = 40_000
	KeepDays          = 30 // closed cases and acknowledged operations stay on phones this long
)

// Type names a frame.
type Type string

const (
	// From the phone.
	TypeHello Type = "hello"
	TypePush  Type = "push"
	TypePull  Type = "pull"
	TypeHave  Type = "have"
	TypeSeen  Type = "seen"
	TypeAsk   Type = "held?"
	TypePing  Type = "ping"
	// From the server.
	TypeWelcome Type = "welcome"
	TypeAck     Type = "ack"
	TypeFault   Type = "fault"
	TypeCases   Type = "cases"
	TypeChange  Type = "change"
	TypeLeave   Type = "leave"
	TypeHeld    Type = "held"
	TypePong    Type = "pong"
)

// Hello opens a conversation: who this phone is, where it stands, and what it holds.
type Hello struct {
	T   Type   `json:"t"`
	V   int    `json:"v"`
	App string `json:"app"` // version of the client, for the log
	// Cursor is absent on an empty phone and for a program that only pushes.
	Cursor *Cursor `json:"cursor,omitempty"`
	// Replicas lists every replica that this phone holds operations of; the signed-in person's own comes first.
	Replicas []Holding `json:"replicas"`
}

// Cursor is a place in the feed; it is valid for one epoch and one scope version.
type Cursor struct {
	Epoch string `json:"epoch"`
	Scope string `json:"scope"`
	Seq   int64  `json:"seq"`
}

// Holding is what a phone holds of one replica's chain. Counters are 0 where there is nothing.
type Holding struct {
	Replica string `json:"replica"`
	Oldest  int64  `json:"oldest"` // the oldest operation still held
	Last    int64  `json:"last"`   // the last one made
	// Acked and AckedHash name the last operation that the server acknowledged to this phone.
	Acked     int64  `json:"acked"`
	AckedHash string `json:"ackedHash,omitempty"`
}

// Welcome answers hello.
type Welcome struct {
	T      Type          `json:"t"`
	V      int           `json:"v"`
	Now    int64         `json:"now"` // server's clock
	Anchor shared.Anchor `json:"anchor"`
	Epoch  string        `json:"epoch"`
	Scope  string        `json:"scope"` // version of the person's scope
	Head   int64         `json:"head"`  // last sequence of the feed
	// Since is where the pull will begin: the phone's cursor, or 0 for everything in scope.
	Since    int64   `json:"since"`
	Limits   Limits  `json:"limits"`
	Replicas []Known `json:"replicas"`
}

// Limits are the server's, so that a phone need not guess.
type Limits struct {
	FrameBytes     int   `json:"frameBytes"`
	PushOperations int   `json:"pushOperations"`
	PushesInFlight int   `json:"pushesInFlight"`
	PagesInFlight  int   `json:"pagesInFlight"`
	HeartbeatMs    int64 `json:"heartbeatMs"`
	SilenceMs      int64 `json:"silenceMs"`
	PhotoBytes     int64 `json:"photoBytes"`
	KeepDays       int   `json:"keepDays"`
}

// Known is the counter and hash up to which the server knows a replica.
type Known struct {
	Replica string `json:"replica"`
	Counter int64  `json:"counter"`
	Hash    string `json:"hash,omitempty"`
	// BackedUp is the counter up to which a proven backup holds the replica's operations.
	BackedUp int64 `json:"backedUp"`
	// Fault says why this replica's operations will not be taken: replica.unknown or replica.revoked.
	Fault string `json:"fault,omitempty"`
}

// Push carries consecutive operations of one replica, with the signature of the last one; the chain covers the rest.
type Push struct {
	T       Type   `json:"t"`
	Replica string `json:"replica"`
	First   int64  `json:"first"` // counter of the first body
	// Oldest is the hello's, repeated so that a push can be judged alone.
	Oldest     int64    `json:"oldest"`
	Operations []string `json:"operations"` // exact texts
	Signature  string   `json:"signature"`  // base64url of ES256 r||s over SignedText(hash of the last text)
	// Receipts are the answers that operations of this push got once and that the server knows no more (R45).
	Receipts []Answer `json:"receipts,omitempty"`
}

// Ack answers one push, an answer for each of its operations in order.
type Ack struct {
	T       Type     `json:"t"`
	Replica string   `json:"replica"`
	Answers []Answer `json:"answers"`
}

// Answer is the receipt of one operation.
type Answer struct {
	Counter int64          `json:"counter"`
	Hash    string         `json:"hash"`
	Seq     int64          `json:"seq"` // place in the feed; 0 for a refused one
	Epoch   string         `json:"epoch"`
	Outcome shared.Outcome `json:"outcome"`
	Fault   string         `json:"fault,omitempty"`
	// Received is when the server took it, by the server's clock; absent in receipts of before it was told.
	Received int64 `json:"received,omitempty"`
	// Mac is the server's HMAC-SHA256, base64url, over ReceiptText: proof that the server answered so.
	Mac string `json:"mac"`
}

// Fault reports what is wrong with a frame, a push or the conversation. A fault with a close code is the last frame.
type Fault struct {
	T       Type   `json:"t"`
	Code    string `json:"code"`
	Replica string `json:"replica,omitempty"`
	// Counter is the first operation that the fault touches; those before it in the push were answered by an ack.
	Counter int64  `json:"counter,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

// Pull asks for the changes since the welcome's Since; the phone sends it once, after its pushes.
type Pull struct {
	T Type `json:"t"`
}

// Cases is one page of a pull, by columns: each column has one value a case, null where it is absent.
type Cases struct {
	T       Type              `json:"t"`
	Columns map[string]Column `json:"columns"`
	Leaves  []string          `json:"leaves,omitempty"` // cases that left the scope
	Seq     int64             `json:"seq"`              // the cursor after this page
	More    bool              `json:"more"`
}

// Change is one case at its latest revision, as it was committed or its photo arrived.
type Change struct {
	T    Type        `json:"t"`
	Seq  int64       `json:"seq"`
	Case shared.Case `json:"case"`
}

// Leave names a case that left the person's scope.
type Leave struct {
	T    Type   `json:"t"`
	Seq  int64  `json:"seq"`
	Case string `json:"case"`
}

// Have says that everything up to Seq is stored on the phone: it gives credit for more pages and means "delivered".
type Have struct {
	T   Type  `json:"t"`
	Seq int64 `json:"seq"`
}

// Seen says that the person looked at these cases at these revisions.
type Seen struct {
	T     Type       `json:"t"`
	Cases []SeenCase `json:"cases"`
}

// SeenCase is a case and the revision that was on the screen.
type SeenCase struct {
	Case     string `json:"case"`
	Revision int64  `json:"revision"`
}

// Ask asks which of these hashes the server holds, of photos that one replica of this phone sent or its person may see.
type Ask struct {
	T       Type     `json:"t"`
	Replica string   `json:"replica"`
	Hashes  []string `json:"hashes"`
}

// Held answers Ask, naming only what the asker may know of.
type Held struct {
	T       Type     `json:"t"`
	Replica string   `json:"replica"`
	Here    []string `json:"here"`
	Damaged []string `json:"damaged,omitempty"`
}

// Ping is the phone's heartbeat; Pong brings the server's clock, so that the phone can measure its own.
type Ping struct {
	T Type  `json:"t"`
	N int64 `json:"n"`
}

// Pong answers the Ping of the same N.
type Pong struct {
	T   Type  `json:"t"`
	N   int64 `json:"n"`
	Now int64 `json:"now"`
}

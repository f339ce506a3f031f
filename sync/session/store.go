// Package session is the server's half of buxun.sync.v1: a pure step over events, and the one pure function that judges what
// sessions push. It must not know of sockets, databases, clocks or goroutines; shells perform its effects.
package session

import (
	"context"

	"buxun/shared"
	"buxun/sync/wire"
)

// Store keeps what sessions push and answers what they ask. Every store judges with Batch, inside its own transaction.
type Store interface {
	// Commit takes pushes into one transaction as far as it can, and answers each, in order, with the cases that changed. A
	// push that cannot be stored is answered by the fault "internal" and never fails its neighbours (R26). Commit returns
	// after the transaction is durable (L2).
	Commit(ctx context.Context, pushes []Push) ([]Result, []Changed)
	// Ahead does with a push, outside the writer, what does not depend on what is stored. Commit takes pushes with and without.
	Ahead(ctx context.Context, push Push) Push
	// Known says up to where each replica is known, and notes what the phone says it made (R15). Replicas that are not
	// enrolled or are revoked have a fault in their row.
	Known(ctx context.Context, holdings []wire.Holding) ([]wire.Known, error)
	// Page reads the next cases of the reader's scope after since, in order of sequence (R29, R31).
	Page(ctx context.Context, reader Reader, since int64, limit int) (Page, error)
	// Held sorts out which hashes are here and damaged, of photos that the replica sent or the reader may see (R38).
	Held(ctx context.Context, reader Reader, replica string, hashes []string) (here, damaged []string, err error)
	// Delivered notes that the reader's phone stored everything up to seq.
	Delivered(ctx context.Context, reader Reader, seq int64) error
	// Seen notes which revisions the reader looked at; cases out of scope are ignored.
	Seen(ctx context.Context, reader Reader, cases []wire.SeenCase) error
	// Feed is the store's epoch and the last sequence.
	Feed(ctx context.Context) (epoch string, head int64, err error)
}

// Reader is the person behind a session, with the scope that it reads.
type Reader struct {
	Person   string
	Standing shared.Standing
	// Scope is the version of the person's scope: it changes with squad and role.
	Scope string
	// Leaving says that the phone was revoked: it may still push (R13), and is told of no case.
	Leaving bool
}

// Push is a wire.Push with the moment that it arrived.
type Push struct {
	wire.Push
	Received int64
	// Unmoved says that the push is to be taken only while each of its cases is at the revision that the operation saw. Where one moved
	// on, nothing of the push is taken, no number is consumed, and the fault is row.changed. It is the server's own replica's to ask, for what
	// it does by itself after it looked: what a phone saw is never refused for what came meanwhile (L6), and no frame says it.
	Unmoved bool

	ahead ahead
}

// Result is what became of one push: answers for its operations from the first on, and perhaps a fault.
type Result struct {
	Replica string
	Answers []wire.Answer
	// Repeats is how many of the answers were given before.
	Repeats int
	// Fault is a fault about the push as a whole; the answers are then those of repeats before it (R20).
	Fault *wire.Fault
}

// Changed is one case after a commit, or after its photo arrived.
type Changed struct {
	Seq  int64
	Case shared.Case
	// LeftSquad is the squad that no longer answers for the case, if it moved, LeftUnit the unit that it is no longer dispatched to.
	LeftSquad string
	LeftUnit  string
}

// Page is one page of the feed.
type Page struct {
	Cases  []shared.Case
	Leaves []string
	Seq    int64 // everything in scope up to here has been named
	More   bool
}

// Replica is what a store knows of a replica when it judges.
type Replica struct {
	ID      string
	Author  shared.Author
	Key     []byte // public key, SPKI DER
	Counter int64  // known up to
	Hash    string // of operation Counter; "" after a gap or at the start
	// EnrolledAt and RevokedAt are the server's clock; RevokedAt is 0 while it is in use.
	EnrolledAt int64
	RevokedAt  int64
	// BackedUp is the counter up to which a proved backup holds it.
	BackedUp int64
	// Succeeds is the replica that vouched for this one with its signature; empty if its person enrolled it.
	Succeeds string
	// Device is what the phone calls itself, for people's eyes; kept at enrolment.
	Device string
}

// View is what judging may read; a store answers from inside its writing transaction.
type View interface {
	// Replica finds an enrolled replica.
	Replica(id string) (Replica, bool, error)
	// Recorded finds the answer to an operation that was taken, its Hash included.
	Recorded(replica string, counter int64) (wire.Answer, bool, error)
	// Link is the hash that a recorded operation names as the one before it; "" where it is not recorded or cannot be read.
	Link(replica string, counter int64) (string, error)
	// Reissued says whether an operation, or a reissue of it, is held already (R22).
	Reissued(was shared.Reference) (bool, error)
	// Case finds a case's projection.
	Case(id string) (shared.Case, bool, error)
	// Log gives the operations on a case's timeline in the case's order.
	Log(id string) ([]Logged, error)
	// Standing is the author's role and squad at a time of the server's clock.
	Standing(author shared.Author, at int64) (shared.Standing, error)
	// Arrival says how much of a photo or preview is here already, as far as the author may know: bytes that the author's own
	// replicas sent, or that lie in a case of the author's scope. To name a hash is no proof of having the photo.
	Arrival(author shared.Author, standing shared.Standing, hash string) (shared.Arrival, error)
	// Unit says whether there is a unit of that code that cases may be dispatched to.
	Unit(code string) (bool, error)
}

// Row is one operation as the store must keep it.
type Row struct {
	Replica   string
	Counter   int64
	Hash      string
	Text      string
	Signature string      // of the push's last operation; empty for the others
	Body      shared.Body // zero where the text could not be read
	Verdict   shared.Verdict
	// Epoch, Seq, Receipted and Mac are its receipt's: of another epoch where it was healed (R45). Seq is 0 for a refused one,
	// Receipted where the receipt does not say when it was received.
	Epoch     string
	Seq       int64
	Receipted int64
	Mac       string
	Revision  int64 // the case's own order; 0 for a refused one
}

// Gap is a hole in a replica's chain that will never fill by itself (R25).
type Gap struct {
	Replica string
	From    int64
	To      int64
	At      int64 // server's clock
}

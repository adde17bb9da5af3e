package users

import (
	"crypto/rand"
	"strings"
	"time"
)

// A BatchID identifies a batch. It is the group of the events of the batch.
type BatchID string

func newBatchID() BatchID { return BatchID("bat_" + strings.ToLower(rand.Text())) }

// A BatchAct is what a batch does with each of its users. Its values are stored.
type BatchAct string

// The acts of batches.
const (
	BatchReview         BatchAct = "review"      // mark as reviewed, with a review date
	BatchLabels         BatchAct = "labels"      // add and remove labels
	BatchSetResponsible BatchAct = "responsible" // set the responsible person
	BatchChangeRole     BatchAct = "role"
	BatchDeactivate     BatchAct = "deactivate"
	BatchReactivate     BatchAct = "reactivate"
	BatchEndSessions    BatchAct = "end_sessions"
	BatchUndo           BatchAct = "undo" // of another batch
)

// A BatchState is how far a batch is. Its values are stored.
type BatchState string

// The states of batches.
const (
	BatchPrepared BatchState = "prepared" // the preview, which may still be computed
	BatchRunning  BatchState = "running"
	BatchStopped  BatchState = "stopped" // by a person, or see [Batch.Cause]
	BatchDone     BatchState = "done"
)

// Limits of batches.
const (
	MaxBatch       = 100_000             // items
	MaxBatchAtOnce = 100                 // items of a batch without a preview
	ConfirmBatch   = 25                  // changes up to which a batch starts without their number typed
	BatchKept      = 30 * 24 * time.Hour // after its end; until then it can be undone
	batchPrepared  = 24 * time.Hour      // until a batch that was not started expires
	maxPrepared    = 20                  // batches that one actor has prepared and not started

	batchUnpublished = 10 * time.Minute // until a batch expires that has not got all of its items
)

// BatchValues are what the act of a batch sets. Each act reads its own.
type BatchValues struct {
	Role            Role     `json:"role,omitempty"`
	Responsible     ID       `json:"responsible,omitempty"`
	ReviewOn        string   `json:"review_on,omitempty"` // 2006-01-02; empty for the usual interval
	AddLabels       []string `json:"add_labels,omitempty"`
	RemoveLabels    []string `json:"remove_labels,omitempty"`
	BringBackTokens bool     `json:"tokens,omitempty"` // of a reactivation: suspended tokens give access again

	Import *ImportValues `json:"import,omitempty"`
}

// A BatchInput asks for an act on many users.
type BatchInput struct {
	Act    BatchAct
	Values BatchValues
	Reason string
	Query  string // address of the directory that has chosen the users; empty if they were ticked
}

// BatchEffects count what goes with the changes of a batch.
type BatchEffects struct {
	Sessions int `json:"sessions,omitempty"` // that end
	Tokens   int `json:"tokens,omitempty"`   // that are suspended or disabled
	Services int `json:"services,omitempty"` // service users that get another responsible person, or none
	Added    int `json:"added,omitempty"`    // users that are added
}

// add adds the effects of one item.
func (e *BatchEffects) add(o BatchEffects) {
	e.Sessions, e.Tokens, e.Services = e.Sessions+o.Sessions, e.Tokens+o.Tokens, e.Services+o.Services
	e.Added += o.Added
}

// A Batch is one act on many users. Before it starts the counts are those of the preview.
type Batch struct {
	ID     BatchID
	Act    BatchAct
	Values BatchValues
	Reason string
	Actor  Ref // who prepared and started it; as of then
	Query  string
	Undoes BatchID // that it undoes; empty for none
	State  BatchState
	Cause  Revocation // why the console stopped it; empty if a person did

	Items                         int
	Changed, Same, Refused, Moved int // items by outcome
	Effects                       BatchEffects

	CreatedAt, StartedAt, EndedAt, ExpiresAt time.Time // zero if it has not started or ended

	actor batchActor
}

// Worked returns how many items have an outcome: in the preview, or once it has started in fact.
func (b Batch) Worked() int { return b.Changed + b.Same + b.Refused + b.Moved }

// Ready reports whether the preview is complete.
func (b Batch) Ready() bool { return b.Items > 0 && b.Worked() == b.Items }

// Ended reports whether nothing more is done.
func (b Batch) Ended() bool { return b.State == BatchDone || b.State == BatchStopped }

// Undoable reports whether the changes of the act can be undone: ended sessions do not come back.
func (b Batch) Undoable() bool { return b.Ended() && b.Changed > 0 && b.Act != BatchEndSessions }

// count adds the outcome of one item.
func (b *Batch) count(o ItemOutcome) {
	switch o {
	case ItemChanged:
		b.Changed++
	case ItemSame:
		b.Same++
	case ItemRefused:
		b.Refused++
	case ItemMoved:
		b.Moved++
	}
}

// An ItemOutcome is what becomes of one item of a batch. Its values are stored.
type ItemOutcome string

// The outcomes of items.
const (
	ItemOpen    ItemOutcome = ""        // not worked yet
	ItemChanged ItemOutcome = "changed" // in the preview: will change
	ItemSame    ItemOutcome = "same"    // is so already
	ItemRefused ItemOutcome = "refused" // see [ItemCause]
	ItemMoved   ItemOutcome = "moved"   // left: the record has changed since the preview
)

// A CauseCode says why an item is refused or left. Its values are stored.
type CauseCode string

// The codes.
const (
	CauseDeleted   CauseCode = "deleted"    // the user does not exist any more
	CauseErased    CauseCode = "erased"     // what the item needs is erased
	CauseLastOwner CauseCode = "last_owner" // no active owner would be left
	CauseSelf      CauseCode = "self"       // actors do not change their own role in a batch
	CauseForbidden CauseCode = "forbidden"  // ItemCause.Text says why
	CauseInvalid   CauseCode = "invalid"    // ItemCause.Text says why
	CauseTaken     CauseCode = "taken"      // the user_id

	CauseDeactivated CauseCode = "deactivated" // the user of a row of an import
	CauseFault       CauseCode = "fault"       // of the console, which the log of the program has
)

// An ItemCause is what the page of a batch says about an item.
type ItemCause struct {
	Code    CauseCode    `json:"code,omitempty"`
	Text    string       `json:"text,omitempty"`
	Field   string       `json:"field,omitempty"`   // that is refused
	Changes []Change     `json:"changes,omitempty"` // of the user
	Effects BatchEffects `json:"effects,omitzero"`
	Seq     int64        `json:"seq,omitempty"` // event that deleted or changed the user meanwhile
}

// A BatchItem is one item of a batch.
type BatchItem struct {
	Number  int // from 1
	User    User
	Key     Key // also of a deleted user; empty for a user to be added
	Outcome ItemOutcome
	Cause   ItemCause
	Seq     int64 // first event; 0 for none
	Since   Event // the event Cause.Seq; zero for none

	version int64
	input   string // of an import: the row, as JSON
}

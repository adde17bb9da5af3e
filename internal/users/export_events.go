package users

import (
	"context"
	"strconv"
	"time"
)

// ExportEnd says how an export ended. Its values are stored, beside those of [Revocation].
type ExportEnd string

// An ExportResult is the result of an export.
type ExportResult struct {
	Export   int64 // number of the event that it began
	Sent, Of int   // users
	End      ExportEnd
	Log      bool // of the audit log: Sent are events, and Of is not known
}

// ExportedLog is the value of the field "list" of the events of an export of the audit log.
const ExportedLog = "audit_log"

// ExportBegan records that the actor exports users, with the fields of the export, and returns
// the number of the event. It returns a [*ForbiddenError].
func (s *Service) ExportBegan(ctx context.Context, actor Actor, fields []Change) (int64, error) {
	events := []Event{{Action: ActionExported, Changes: fields}}
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) { return events, tx.actor.May(ActExport, User{}) })
	return events[0].Seq, err
}

// recordEndWithin is how long the database is waited for to record the end of an export.
const recordEndWithin = 10 * time.Second

// ExportEnded records how an export ended, also after the request was cancelled or the actor
// lost their rights. It logs an error.
func (s *Service) ExportEnded(ctx context.Context, actor Actor, r ExportResult) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordEndWithin)
	defer cancel()
	err := s.change(ctx, consoleActor(actor.RequestID), func(*changeTx) ([]Event, error) {
		return []Event{{Action: ActionExportEnded, Changes: r.changes()}}, nil
	})
	if err != nil {
		s.config.Log.Error("the end of an export is not recorded", "event", r.Export, "users", r.Sent, "end", r.End, "error", err)
	}
}

// changes are the fields of the event of the end of an export.
func (r ExportResult) changes() []Change {
	all := []Change{{Field: "export", New: strconv.FormatInt(r.Export, 10)}}
	if r.Log {
		all = append(all, Change{Field: "list", New: ExportedLog}, Change{Field: "events", New: strconv.Itoa(r.Sent)})
	} else {
		all = append(all, Change{Field: "users", New: strconv.Itoa(r.Sent)}, Change{Field: "of", New: strconv.Itoa(r.Of)})
	}
	return append(all, Change{Field: "end", New: string(r.End)})
}

package users

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// Why the file of an export is incomplete.
var (
	ErrReaderGone = errors.New("the client went away")
	ErrReaderSlow = errors.New("the client was too slow")
	ErrExportLate = errors.New("the export took too long")
)

// ExportEnd says how an export ended. Its values are stored, beside those of [Revocation].
type ExportEnd string

// The ends of an export.
const (
	ExportComplete ExportEnd = "complete"
	ExportGone     ExportEnd = "client_gone"
	ExportSlow     ExportEnd = "client_slow"
	ExportLate     ExportEnd = "time_limit"
	ExportFailed   ExportEnd = "fault" // which the program's log explains
)

// exportEnd returns how an export ended with err.
func exportEnd(err error) ExportEnd {
	revoked, isRevoked := errors.AsType[*RevokedError](err)
	switch {
	case err == nil:
		return ExportComplete
	case isRevoked:
		return ExportEnd(revoked.Why)
	case errors.Is(err, ErrReaderSlow):
		return ExportSlow
	case errors.Is(err, ErrExportLate):
		return ExportLate
	case errors.Is(err, ErrReaderGone):
		return ExportGone
	}
	return ExportFailed
}

// An ExportResult is what became of an export.
type ExportResult struct {
	Sent, Of int // users
	End      ExportEnd
}

// recordEndWithin is how long the database is waited for to record the end of an export.
const recordEndWithin = 10 * time.Second

// recordExportEnd records how the export ended that began with the event of that number. It
// does so whatever has become of the actor and of their request.
func (s *Service) recordExportEnd(ctx context.Context, actor Actor, begun int64, r ExportResult) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordEndWithin)
	defer cancel()
	err := s.change(ctx, consoleActor(actor.RequestID), func(*changeTx) ([]Event, error) {
		return []Event{{Action: ActionExportEnded, Changes: []Change{
			{Field: "export", New: strconv.FormatInt(begun, 10)},
			{Field: "users", New: strconv.Itoa(r.Sent)}, {Field: "of", New: strconv.Itoa(r.Of)},
			{Field: "end", New: string(r.End)},
		}}}, nil
	})
	if err != nil {
		s.config.Log.Error("the end of an export is not recorded", "event", begun, "users", r.Sent, "end", r.End, "error", err)
	}
}

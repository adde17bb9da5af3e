package directory

import (
	"errors"

	"github.com/roboto-ai/console/internal/users"
)

// Why the file of an export is incomplete.
var (
	ErrReaderGone = errors.New("the client went away")
	ErrReaderSlow = errors.New("the client was too slow")
	ErrExportLate = errors.New("the export took too long")
)

// The ends of an export, beside those of [users.Revocation].
const (
	ExportComplete users.ExportEnd = "complete"
	ExportGone     users.ExportEnd = "client_gone"
	ExportSlow     users.ExportEnd = "client_slow"
	ExportLate     users.ExportEnd = "time_limit"
	ExportFailed   users.ExportEnd = "fault" // logged
)

// ExportEndOf returns how an export ended with err.
func ExportEndOf(err error) users.ExportEnd {
	revoked, isRevoked := errors.AsType[*users.RevokedError](err)
	switch {
	case err == nil:
		return ExportComplete
	case isRevoked:
		return users.ExportEnd(revoked.Why)
	case errors.Is(err, ErrReaderSlow):
		return ExportSlow
	case errors.Is(err, ErrExportLate):
		return ExportLate
	case errors.Is(err, ErrReaderGone):
		return ExportGone
	}
	return ExportFailed
}

package users

import "errors"

// Why the file of an export is incomplete.
var (
	ErrReaderGone = errors.New("the client went away")
	ErrReaderSlow = errors.New("the client was too slow")
	ErrExportLate = errors.New("the export took too long")
)

// The ends of an export, beside those of [Revocation].
const (
	ExportComplete ExportEnd = "complete"
	ExportGone     ExportEnd = "client_gone"
	ExportSlow     ExportEnd = "client_slow"
	ExportLate     ExportEnd = "time_limit"
	ExportFailed   ExportEnd = "fault" // logged
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

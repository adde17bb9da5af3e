package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATEs of PostgreSQL (appendix A of its documentation).
const (
	uniqueViolation     = "23505"
	undefinedObject     = "42704"
	readOnlyTransaction = "25006"
	lockNotAvailable    = "55P03"

	insufficientPrivilege = "42501"
)

// transientClasses are the classes of SQLSTATEs after which a retry may succeed: connection,
// resources, intervention by an operator, system error, serialisation, internal error.
var transientClasses = map[string]bool{"08": true, "53": true, "57": true, "58": true, "40": true, "XX": true}

// errReadOnly says that the server accepts no writes, such as a standby.
var errReadOnly = errors.New("database: the server accepts no writes")

// sqlState returns the SQLSTATE of err, or "" if err is not the server's.
func sqlState(err error) string {
	failure, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return ""
	}
	return failure.Code
}

// isPostgresBusy reports whether err says that PostgreSQL cannot be used at present: it cannot
// be reached, is starting or stopping, accepts no writes, lacks space or takes too long.
func isPostgresBusy(err error) bool {
	if state := sqlState(err); state != "" {
		return transientClasses[state[:2]] || state == readOnlyTransaction || state == lockNotAvailable
	}
	if errors.Is(err, errReadOnly) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	if pgconn.SafeToRetry(err) { // it was not sent: the connection was closed before
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	// Of a page only this package sets a deadline.
	return pgconn.Timeout(err) && !errors.Is(err, context.Canceled)
}

// postgresRefusals are the texts of an [OpenError] for SQLSTATEs.
var postgresRefusals = map[string]struct{ why, fix string }{
	"28P01": {"refuses the password", "Set the password of the role: in --database-password, or in the file that PGPASSFILE names."},
	"28000": {"does not let this role in", "Let it in, in the server's pg_hba.conf, or give another one in --database."},
	"08P01": {"is behind a pooler that refuses a setting of the address", "Take the setting out of --database, or name it in PgBouncer's ignore_startup_parameters."},
	"3D000": {"is not there", "Make it, as a superuser: CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0."},
	"42501": {"does not let this role do what is needed", "Run console migrate as the role that owns the database, with --serve-role naming the one that serves."},
	"42P07": {"holds tables of another program", "Give the console a database of its own."},
	"53300": {"has no connection left", "Raise the server's max_connections, or lower --database-connections."},
	"57P03": {"is starting or stopping", "Start again in a moment."},
	"0A000": {"lacks something that is needed", "Install the extension pg_trgm: in Debian it is part of the package postgresql, elsewhere of postgresql-contrib."},
}

// postgresReason is [Reason] for an error of PostgreSQL, "" if there is none.
func postgresReason(err error) string {
	switch state := sqlState(err); {
	case errors.Is(err, errReadOnly), state == readOnlyTransaction:
		return "its server accepts no writes"
	case state == "53100":
		return "the disk is full"
	case state == "53300":
		return "its server has no connection left"
	case state == lockNotAvailable:
		return "too many wait to write"
	case strings.HasPrefix(state, "57P"):
		return "its server is starting or stopping"
	case strings.HasPrefix(state, "28"), state == "42501":
		return "its server does not let the console in"
	case pgconn.Timeout(err):
		return "it does not answer in time"
	case tlsRefusal("", err) != nil:
		return "the TLS connection to its server fails"
	case state == "" && isPostgresBusy(err):
		return "no server that accepts writes can be reached"
	}
	return ""
}

// ExplainPostgres returns err as an [*OpenError] if it is an error of the database or of its
// connection, and as it is otherwise.
func ExplainPostgres(path string, err error) error {
	if _, ok := errors.AsType[*OpenError](err); ok {
		return err
	}
	if r, ok := postgresRefusals[sqlState(err)]; ok {
		return &OpenError{Path: path, Why: r.why, Fix: r.fix, Err: err}
	}
	if refused := tlsRefusal(path, err); refused != nil {
		return refused
	}
	if isPostgresBusy(err) {
		return &OpenError{
			Path: path,
			Why:  "cannot be reached, or none of its hosts accepts writes",
			Fix:  "Check that the server runs and can be reached from here; of several hosts one has to be the primary.",
			Err:  err,
		}
	}
	return fmt.Errorf("open the database %s: %w", path, err)
}

package users

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// userColumns are the columns scanUser reads, in its order.
var userColumns = fieldColumns() + `u.key, u.user_id, u.kind, u.deactivated, u.identified, u.channels, u.types,
	u.created_at, u.updated_at, u.seen_at, u.version,
	u.created_by, COALESCE(c.user_id, ''), COALESCE(c.name, ''), COALESCE(c.kind, '')`

// userTables joins the tables of userColumns: the user u, the persons of the fields and the
// creator c.
var userTables = ` FROM users u` + personTables() + ` LEFT JOIN users c ON c.key = u.created_by `

// NeverSeen is the last-seen time of users who were never seen, so that they sort first.
var NeverSeen = time.Unix(0, 0).UTC()

// scanUser reads userColumns from a row, and more beside them.
func scanUser(row database.Scanner, more ...any) (User, error) {
	var u User
	var channels, types []byte
	// Types of ours are scanned as what they are made of: that is quicker.
	into := append(fieldsOf(&u), (*string)(&u.Key), (*string)(&u.ID), (*string)(&u.Kind), &u.deactivated, &u.identified, &channels, &types,
		(*database.Time)(&u.CreatedAt), (*database.Time)(&u.UpdatedAt), (*database.Time)(&u.SeenAt), &u.Version,
		(*string)(&u.CreatedBy.Key), (*string)(&u.CreatedBy.ID), &u.CreatedBy.Name, (*string)(&u.CreatedBy.Kind))
	if err := row.Scan(append(into, more...)...); errors.Is(err, sql.ErrNoRows) {
		return User{}, ErrNotFound
	} else if err != nil {
		return User{}, err
	}
	u.AfterScan()
	u.derive()
	return u, errors.Join(json.Unmarshal(channels, &u.Channels), json.Unmarshal(types, &u.Types))
}

// AfterScan sets the fields of a scanned u that the database stores in another form.
func (u *User) AfterScan() {
	for _, person := range []*Ref{&u.Responsible, &u.Manager} {
		if person.Key != "" {
			person.Kind = KindPerson
		}
	}
	if u.SeenAt.Equal(NeverSeen) {
		u.SeenAt = time.Time{}
	}
}

// userByKey returns a user, or [ErrNotFound].
func userByKey(ctx context.Context, r database.Reader, key Key) (User, error) {
	return scanUser(r.QueryRowContext(ctx, `SELECT `+userColumns+userTables+`WHERE u.key = $1`, key))
}

// userByID returns the user who has that user_id, or [ErrNotFound].
func userByID(ctx context.Context, r database.Reader, id ID) (User, error) {
	return scanUser(r.QueryRowContext(ctx, `SELECT `+userColumns+userTables+`WHERE u.user_id = $1`, id))
}

// UsersWhere returns the users for whom the condition holds. The condition is a
// text of this package; values come as args.
func UsersWhere(ctx context.Context, r database.Reader, condition string, args ...any) ([]User, error) {
	return database.Collect(ctx, r, func(row database.Scanner) (User, error) { return scanUser(row) },
		`SELECT `+userColumns+userTables+`WHERE `+condition, args...)
}

// responsibleFor returns the service users that a person is responsible for, by name.
func responsibleFor(ctx context.Context, r database.Reader, person Key) ([]User, error) {
	return UsersWhere(ctx, r, `u.responsible_key = $1 ORDER BY u.sort_name, u.key`, person)
}

// countActiveOwners counts those of whom there must be one: see
// [User.activeOwner].
func countActiveOwners(ctx context.Context, r database.Reader) (int, error) {
	return database.Count(ctx, r, `SELECT COUNT(*) FROM users WHERE role = 'owner' AND status = 'active' AND kind = 'person'`)
}

// A columnValue is a column of the table users with its value.
type columnValue struct {
	column    string
	parameter string // what stands for the value, with ? for it
	value     any
}

// columns returns what is written of u when it is new or changed.
func (u User) columns() ([]columnValue, error) {
	channels, err := json.Marshal(u.Channels)
	if err != nil {
		return nil, err
	}
	types, err := json.Marshal(u.Types)
	if err != nil {
		return nil, err
	}
	all := []columnValue{
		{"user_id", `?`, u.ID}, {"deactivated", `?`, u.deactivated}, {"identified", `?`, u.identified},
		{"channels", `?`, string(channels)}, {"types", `?`, string(types)},
		{"sort_name", `?`, u.SortName()}, {"search_text", `?`, u.searchText()},
		{"updated_at", `?`, database.Time(u.UpdatedAt)}, {"version", `?`, u.Version},
	}
	for _, f := range recordFields {
		all = append(all, columnValue{f.columnName(), f.parameter(), f.stored(&u)})
	}
	return all, nil
}

// newColumns returns what is written of u when it is new.
func (u User) newColumns() ([]columnValue, error) {
	columns, err := u.columns()
	seen := u.SeenAt
	if seen.IsZero() {
		seen = NeverSeen
	}
	return append(columns, columnValue{"key", `?`, u.Key}, columnValue{"kind", `?`, u.Kind}, columnValue{"created_at", `?`, database.Time(u.CreatedAt)},
		columnValue{"created_by", `?`, u.CreatedBy.Key}, columnValue{"seen_at", `?`, database.Time(seen)}), err
}

// intoUsers begins the statement that writes new users, after INSERT; userValues is one row of it.
// The values are those of [User.newColumns], in its order.
var intoUsers, userValues = func() (into, values string) {
	columns, _ := User{}.newColumns()
	var names, parameters []string
	for _, c := range columns {
		names, parameters = append(names, c.column), append(parameters, c.parameter)
	}
	return ` INTO users (` + strings.Join(names, `, `) + `) VALUES `, `(` + strings.Join(parameters, `, `) + `)`
}()

// insertOneUser writes one new user.
var insertOneUser = `INSERT` + intoUsers + numbered(userValues)

// values returns the values of columns.
func values(columns []columnValue) []any {
	all := make([]any, len(columns))
	for i, c := range columns {
		all[i] = c.value
	}
	return all
}

// insertUser writes a new user. It returns [ErrTaken] if there is one with that
// user_id.
func insertUser(ctx context.Context, tx *changeTx, u User) error {
	columns, err := u.newColumns()
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, insertOneUser, values(columns)...)
	return taken(err)
}

// taken returns [ErrTaken] for an error that says so.
func taken(err error) error {
	if database.IsTaken(err) {
		return ErrTaken
	}
	return err
}

// numbered gives the parameters of a text of this package, each of which is
// written as ?, their numbers.
func numbered(values string) string {
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(values, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

// updateUser writes after over before and returns it as stored, with the next
// version. It returns [ErrStale] if before is no longer what is stored.
//
// Only what differs is set: SQLite writes each index anew that has a column which
// is set, whatever to.
func updateUser(ctx context.Context, tx *changeTx, before, after User) (User, error) {
	after.Version, after.UpdatedAt = before.Version+1, tx.now
	after.derive()
	old, err := before.columns()
	if err != nil {
		return User{}, err
	}
	columns, err := after.columns()
	if err != nil {
		return User{}, err
	}
	var set, where database.Filter
	for i, c := range columns {
		if c.value != old[i].value {
			set.Add(c.column+` = `+c.parameter, c.value)
		}
	}
	where.Args = set.Args
	where.Add(`key = ? AND version = ?`, before.Key, before.Version)
	res, err := tx.exec(ctx, `UPDATE users SET `+strings.Join(set.Conditions, `, `)+` WHERE `+where.Where(), where.Args...)
	if err != nil {
		return User{}, err
	}
	if n, err := res.RowsAffected(); err != nil {
		return User{}, err
	} else if n == 0 {
		return User{}, ErrStale
	}
	tx.noteOwnerLoss(before, after)
	return after, nil
}

// deleteUser removes a user and all that hangs on them save the history.
// Nothing may refer to them any longer.
func deleteUser(ctx context.Context, tx *changeTx, u User) error {
	for _, statement := range []string{
		`DELETE FROM sessions WHERE user_key = $1`,
		`DELETE FROM token_uses WHERE token IN (SELECT id FROM tokens WHERE user_key = $1)`,
		`DELETE FROM token_clients_struck WHERE token IN (SELECT id FROM tokens WHERE user_key = $1)`,
		`DELETE FROM introspections WHERE asker_key = $1 OR token IN (SELECT id FROM tokens WHERE user_key = $1)`,
		`DELETE FROM tokens WHERE user_key = $1`,
		`DELETE FROM identities WHERE user_key = $1`,
		`DELETE FROM refused_sign_ins WHERE user_key = $1`,
		`DELETE FROM saved_views WHERE owner_key = $1`,
		`DELETE FROM notices_seen WHERE user_key = $1`,
		deleteDeparture,
		`DELETE FROM users WHERE key = $1`,
	} {
		if _, err := tx.exec(ctx, statement, u.Key); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	tx.noteOwnerLoss(u, User{})
	return nil
}

// Page sizes of listings, in rows.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// PageSize returns how many rows a page has when n are asked for.
func PageSize(n int) int {
	if n <= 0 {
		return DefaultLimit
	}
	return min(n, MaxLimit)
}

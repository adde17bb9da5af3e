package users

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// tokenColumns are the columns that [tokenRow.into] scans, in its order.
const tokenColumns = `t.id, t.name, t.description, t.hint, t.role, t.scopes, t.ranges, t.issued_at, t.issued_by, t.issued_with, t.shown_to,
	t.ends_at, t.issued_until, t.disabled_at, t.revoked_at, t.replaces, t.replaced_by, t.rotated_at, t.used_at, t.used_address, t.used_tool`

// tokenPeople are the columns of the issuer of a token, of the person who saw its secret and of its
// user; they come from tokenTables.
const (
	tokenPeople = `COALESCE(b.user_id, ''), COALESCE(b.name, ''), COALESCE(b.kind, ''), COALESCE(w.user_id, ''), COALESCE(w.name, ''), COALESCE(w.kind, ''), COALESCE(w.status, ''),
		o.key, o.user_id, COALESCE(o.name, ''), o.kind, o.role, o.status`
	tokenTables = ` FROM tokens t JOIN users o ON o.key = t.user_key LEFT JOIN users b ON b.key = t.issued_by LEFT JOIN users w ON w.key = t.shown_to `
)

// A tokenRow holds a scanned row of tokenColumns.
type tokenRow struct {
	Token
	scopes, ranges string
}

// into returns where to scan tokenColumns to.
func (t *tokenRow) into() []any {
	return []any{(*string)(&t.ID), &t.Name, &t.Description, &t.Hint, (*string)(&t.Role), &t.scopes, &t.ranges,
		(*database.Time)(&t.IssuedAt), (*string)(&t.IssuedBy.Key), (*string)(&t.IssuedWith), (*string)(&t.ShownTo.Key),
		(*database.Time)(&t.EndsAt), (*database.Time)(&t.IssuedUntil), (*database.Time)(&t.DisabledAt), (*database.Time)(&t.RevokedAt),
		(*string)(&t.Replaces), (*string)(&t.ReplacedBy), (*database.Time)(&t.RotatedAt),
		(*database.Time)(&t.LastUsed.At), &t.LastUsed.Address, &t.LastUsed.Tool}
}

// token returns the token of a row that was scanned, of the user u.
func (t *tokenRow) token(u Ref, role Role, status Status) (Token, error) {
	t.User, t.UserRole, t.UserStatus = u, role, status
	t.Scopes = parseScopes(t.scopes)
	var err error
	t.Ranges, err = parseRanges(t.ranges)
	return t.Token, err
}

// scanToken reads tokenColumns and tokenPeople from a row, and more beside them. It returns
// [ErrNotFound] where there is none.
func scanToken(row database.Scanner, more ...any) (Token, error) {
	var t tokenRow
	var user Ref
	var role Role
	var status Status
	into := append(t.into(), &t.IssuedBy.ID, &t.IssuedBy.Name, &t.IssuedBy.Kind, &t.ShownTo.ID, &t.ShownTo.Name, &t.ShownTo.Kind, &t.ShownStatus,
		&user.Key, &user.ID, &user.Name, &user.Kind, &role, &status)
	if err := row.Scan(append(into, more...)...); errors.Is(err, sql.ErrNoRows) {
		return Token{}, ErrNotFound
	} else if err != nil {
		return Token{}, err
	}
	return t.token(user, role, status)
}

// tokenByID returns a token, or [ErrNotFound].
func tokenByID(ctx context.Context, r database.Reader, id TokenID) (Token, error) {
	return scanToken(r.QueryRowContext(ctx, `SELECT `+tokenColumns+`, `+tokenPeople+tokenTables+`WHERE t.id = $1`, id))
}

// TokensWhere returns the tokens for which the condition holds, which may end in an order. The
// condition is a text of this package, in which the token is t and its user o.
func TokensWhere(ctx context.Context, r database.Reader, condition string, args ...any) ([]Token, error) {
	return database.Collect(ctx, r, func(row database.Scanner) (Token, error) { return scanToken(row) },
		`SELECT `+tokenColumns+`, `+tokenPeople+tokenTables+`WHERE `+condition, args...)
}

// userOfToken returns the user of a token together with the token, by a condition of this
// package on the token t; [ErrNotFound] where there is none.
func userOfToken(ctx context.Context, r database.Reader, condition string, arg any) (User, Token, error) {
	var t tokenRow
	row := r.QueryRowContext(ctx, `SELECT `+userColumns+`, `+tokenColumns+userTables+`JOIN tokens t ON t.user_key = u.key WHERE `+condition, arg)
	u, err := scanUser(row, t.into()...)
	if err != nil {
		return User{}, Token{}, err
	}
	token, err := t.token(u.Ref(), u.Role, u.Status)
	return u, token, err
}

// insertToken writes a new token with the digest of its secret.
func insertToken(ctx context.Context, c *changeTx, t Token, digest Digest) error {
	_, err := c.exec(ctx, `INSERT INTO tokens (id, digest, user_key, name, description, hint, role, scopes, ranges,
			issued_at, issued_by, issued_with, shown_to, ends_at, issued_until, replaces, replaced_by, used_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', $17)`,
		t.ID, digest, t.User.Key, t.Name, t.Description, t.Hint, t.Role, ScopeSet(t.Scopes).String(), formatRanges(t.Ranges),
		database.Time(t.IssuedAt), t.IssuedBy.Key, t.IssuedWith, t.ShownTo.Key, database.Time(t.EndsAt), database.Time(t.IssuedUntil), t.Replaces, DateOf(t.IssuedAt))
	return err
}

// formatRanges returns address ranges as they are stored.
func formatRanges(ranges []netip.Prefix) string {
	texts := make([]string, len(ranges))
	for i, p := range ranges {
		texts[i] = p.String()
	}
	return strings.Join(texts, " ")
}

// parseRanges reads what formatRanges wrote.
func parseRanges(s string) (ranges []netip.Prefix, err error) {
	for text := range strings.FieldsSeq(s) {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, p)
	}
	return ranges, nil
}

package users

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// traces identify a deleted user in texts. They are read from the history while it has them.
type traces struct {
	id         ID          // at the deletion; empty if it is erased
	address    bool        // id is an address that no user has now, to look for in texts
	identities [][2]string // issuer and subject
}

// tracesOf returns the traces of a deleted user.
func tracesOf(ctx context.Context, r database.Reader, key Key) (t traces, err error) {
	events, err := eventsWhere(ctx, r, `e.target_key = $1 AND e.action IN ('user.deleted', 'identity.bound', 'identity.reset', 'identity.moved')`, key)
	if err != nil {
		return traces{}, err
	}
	for _, e := range events {
		if e.Action == ActionDeleted {
			t.id = e.Target.ID
		}
		for _, c := range e.Changes {
			for _, value := range []string{c.Old, c.New} {
				if issuer, subject, ok := strings.Cut(value, " "); ok && c.Field == "identity" {
					t.identities = append(t.identities, [2]string{issuer, subject})
				}
			}
		}
	}
	if t.id.IsAddress() {
		_, err = userByID(ctx, r, t.id)
		t.address = errors.Is(err, ErrNotFound)
		if t.address {
			err = nil
		}
	}
	return t, err
}

// in reports whether a text has the address, also escaped as in a query, and not as a part of
// another address.
func (t traces) in(text string) bool {
	if !t.address {
		return false
	}
	id := string(t.id)
	text = strings.ReplaceAll(strings.ToLower(text), t.escaped(), id)
	for from := 0; ; {
		at := strings.Index(text[from:], id)
		if at < 0 {
			return false
		}
		at += from
		before, after := text[:at], text[at+len(id):]
		if !endsInAddress(before) && !beginsInAddress(after) {
			return true
		}
		from = at + 1
	}
}

const addressLetters = "abcdefghijklmnopqrstuvwxyz0123456789._+-@"

// endsInAddress reports whether a text ends with a character of an address.
func endsInAddress(text string) bool {
	return text != "" && strings.IndexByte(addressLetters, text[len(text)-1]) >= 0
}

// beginsInAddress reports whether a text continues an address. The full stop of a sentence does
// not.
func beginsInAddress(text string) bool {
	text = strings.TrimLeft(text, ".")
	return text != "" && strings.IndexByte("abcdefghijklmnopqrstuvwxyz0123456789-@", text[0]) >= 0
}

// escaped returns the address escaped as in a query, in lower case.
func (t traces) escaped() string { return strings.ToLower(url.QueryEscape(string(t.id))) }

// likely returns patterns of LIKE for texts that may name the user: the address as it is, and
// as in a query or a path.
func (t traces) likely() [2]string {
	escape := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	return [2]string{
		"%" + escape.Replace(string(t.id)) + "%",
		"%" + escape.Replace(t.escaped()) + "%",
	}
}

// forget deletes the data of a deleted user outside of the history: refused sign-ins, logouts and
// saved forms; and what others have stored with their address: views, the answers to requests.
func (c *changeTx) forget(ctx context.Context, key Key, t traces) error {
	for _, identity := range t.identities {
		for _, statement := range []string{
			`DELETE FROM refused_sign_ins WHERE issuer = $1 AND subject = $2`,
			`DELETE FROM logouts WHERE issuer = $1 AND subject = $2`,
		} {
			if _, err := c.exec(ctx, statement, identity[0], identity[1]); err != nil {
				return err
			}
		}
	}
	for _, statement := range []string{
		`DELETE FROM refused_sign_ins WHERE user_key = $1`,
		`DELETE FROM planned_departures WHERE actor_key = $1`,
		`UPDATE done_requests SET answer = NULL WHERE (actor_key = $1 OR user_key = $1) AND answer IS NOT NULL`,
		`UPDATE batches SET actor = '{}', reason = '' WHERE actor_key = $1`,
		`UPDATE batch_items SET user_key = '', input = '', cause = '' WHERE user_key = $1`,
	} {
		if _, err := c.exec(ctx, statement, key); err != nil {
			return err
		}
	}
	if err := c.forgetKept(ctx, key, t); err != nil || !t.address {
		return err
	}
	return c.forgetAddress(ctx, t)
}

// forgetInBatches deletes texts of batches that name a user by the patterns of [traces.likely]. A
// batch without its input refuses the items that are left.
var forgetInBatches = []string{
	`UPDATE batches SET reason = '' WHERE lower(reason) LIKE $1 ESCAPE '\' OR lower(reason) LIKE $2 ESCAPE '\'`,
	`UPDATE batches SET query = '' WHERE lower(query) LIKE $1 ESCAPE '\' OR lower(query) LIKE $2 ESCAPE '\'`,
	`UPDATE batches SET input = '{}' WHERE lower(input) LIKE $1 ESCAPE '\' OR lower(input) LIKE $2 ESCAPE '\'`,
	`UPDATE batch_items SET cause = '' WHERE lower(cause) LIKE $1 ESCAPE '\' OR lower(cause) LIKE $2 ESCAPE '\'`,
	`UPDATE batch_items SET input = '' WHERE lower(input) LIKE $1 ESCAPE '\' OR lower(input) LIKE $2 ESCAPE '\'`,
}

// forgetAddress deletes what others have stored with the address of a deleted user.
func (c *changeTx) forgetAddress(ctx context.Context, t traces) error {
	if _, err := c.exec(ctx, `DELETE FROM refused_sign_ins WHERE lower(address) = $1`, t.id); err != nil {
		return err
	}
	like := t.likely()
	// A sign-in attempt stays used; its path is erased.
	if _, err := c.exec(ctx, `UPDATE used_attempts SET return_to = '/'
		WHERE lower(return_to) LIKE $1 ESCAPE '\' OR lower(return_to) LIKE $2 ESCAPE '\'`, like[0], like[1]); err != nil {
		return err
	}
	for _, statement := range forgetInBatches {
		if _, err := c.exec(ctx, statement, like[0], like[1]); err != nil {
			return err
		}
	}
	views, err := database.Collect(ctx, c, func(row database.Scanner) (v SavedView, err error) { return v, row.Scan(&v.ID, &v.Name, &v.Query) },
		`SELECT id, name, query FROM saved_views WHERE lower(name) LIKE $1 ESCAPE '\' OR lower(query) LIKE $1 ESCAPE '\' OR lower(query) LIKE $2 ESCAPE '\'`, like[0], like[1])
	for _, v := range views {
		if err == nil && (t.in(v.Name) || t.in(v.Query)) {
			_, err = c.exec(ctx, `DELETE FROM saved_views WHERE id = $1`, v.ID)
		}
	}
	if err != nil {
		return err
	}
	return c.forgetKeptViews(ctx, t)
}

// forgetKept deletes the saved forms of the user and about them.
func (c *changeTx) forgetKept(ctx context.Context, key Key, t traces) error {
	type keptForm struct{ digest, data []byte }
	all, err := database.Collect(ctx, c, func(row database.Scanner) (k keptForm, err error) { return k, row.Scan(&k.digest, &k.data) }, `SELECT digest, data FROM kept`)
	for _, k := range all {
		if err == nil && (bytes.Contains(k.data, []byte(key)) || t.in(string(k.data))) {
			_, err = c.exec(ctx, `DELETE FROM kept WHERE digest = $1`, k.digest)
		}
	}
	return err
}

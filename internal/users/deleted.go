package users

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// DefaultDeletionGrace is the default of serve for [Config.DeletionGrace].
const DefaultDeletionGrace = 30 * 24 * time.Hour

// A DeletedUser is a user who was deleted and can be restored until the end of the grace.
type DeletedUser struct {
	Key       Key
	ID        ID // at the deletion; another user may have it now
	Name      string
	Kind      Kind
	Role      Role
	DeletedAt time.Time
	By        Ref       // who deleted them: zero for the command line, without an ID if that user is deleted, too
	Seq       int64     // of the event of the deletion
	EndsAt    time.Time // from then on the deletion is final
}

// Ref returns a reference to d as at the deletion.
func (d DeletedUser) Ref() Ref { return Ref{d.Key, d.ID, d.Name, d.Kind} }

// user returns d with the fields that permissions depend on.
func (d DeletedUser) user() User {
	return User{Key: d.Key, ID: d.ID, Name: d.Name, Kind: d.Kind, Role: d.Role}
}

// deletedColumns are the columns scanDeleted reads, in its order.
const (
	deletedColumns = `d.key, d.user_id, COALESCE(d.name, ''), d.kind, d.role, d.deleted_at, d.seq, d.ends_at,
		d.deleted_by, COALESCE(b.user_id, ''), COALESCE(b.name, ''), COALESCE(b.kind, '')`
	deletedTables = ` FROM deleted_users d LEFT JOIN users b ON b.key = d.deleted_by `
)

// scanDeleted reads deletedColumns from a row, and more beside them. It returns [ErrNotFound] where
// there is none.
func scanDeleted(row database.Scanner, more ...any) (d DeletedUser, err error) {
	into := []any{&d.Key, &d.ID, &d.Name, &d.Kind, &d.Role, (*database.Time)(&d.DeletedAt), &d.Seq, (*database.Time)(&d.EndsAt),
		&d.By.Key, &d.By.ID, &d.By.Name, &d.By.Kind}
	err = row.Scan(append(into, more...)...)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return d, err
}

// DeletionGrace returns how long a user can be restored after a deletion; 0: not at all.
func (s *Service) DeletionGrace() time.Duration { return s.config.DeletionGrace }

// DeletedPage is how many users a page of [Service.DeletedUsers] has.
const DeletedPage = DefaultLimit

// DeletedUsers returns the users who can be restored, last deleted first: those after the one with
// a key, or the first for an empty key and one that can't be restored any more. More reports
// whether others follow. DeletedUsers returns a [*ForbiddenError].
func (s *Service) DeletedUsers(ctx context.Context, actor Actor, after Key) (all []DeletedUser, more bool, err error) {
	if err := actor.May(ActSeeDirectory, User{}); err != nil {
		return nil, false, err
	}
	all, err = database.Collect(ctx, s.reads(), func(row database.Scanner) (DeletedUser, error) { return scanDeleted(row) },
		`SELECT `+deletedColumns+deletedTables+`WHERE NOT EXISTS (SELECT 1 FROM deleted_users a WHERE a.key = $1
			AND (d.deleted_at > a.deleted_at OR d.deleted_at = a.deleted_at AND d.key <= a.key))
		ORDER BY d.deleted_at DESC, d.key LIMIT $2`, after, DeletedPage+1)
	if err != nil {
		return nil, false, fmt.Errorf("list deleted users: %w", err)
	}
	more = len(all) > DeletedPage
	return all[:min(len(all), DeletedPage)], more, nil
}

// deletedByIdentity returns the deleted user to whom an identity was linked, or [ErrNotFound].
func deletedByIdentity(ctx context.Context, r database.Reader, issuer, subject string) (User, error) {
	d, err := scanDeleted(r.QueryRowContext(ctx, `SELECT `+deletedColumns+deletedTables+
		`WHERE d.key = (SELECT user_key FROM deleted_identities WHERE issuer = $1 AND subject = $2)`, issuer, subject))
	return d.user(), err
}

// A keptUser is what is stored of a deleted user until the end of the grace, as JSON.
type keptUser struct {
	record keptRecord
	data   keptData
}

// A keptRecord is the row of users.
type keptRecord struct {
	Fields      map[string]string // of [recordFields] by name, as they are stored
	Channels    map[string]bool
	Types       map[string]bool
	Deactivated bool
	CreatedAt   time.Time
	CreatedBy   Key
	SeenAt      time.Time
	Version     int64
}

// keptData are the rows of other tables that refer to the user. Other users are named by key.
type keptData struct {
	Tokens     []keptToken   `json:",omitempty"`
	Identities []Identity    `json:",omitempty"`
	HandedOver []keptService `json:",omitempty"`
	Views      []SavedView   `json:",omitempty"`
}

// A keptToken is a token with the digest of its secret.
type keptToken struct {
	Token
	Digest []byte
}

// A keptService is a service user that the deletion handed over.
type keptService struct {
	Service Key
	To      Key // the new responsible person; empty for none
}

// keptOf returns what is stored of a user who is deleted. The service users are as they are after
// they were handed over.
func keptOf(ctx context.Context, r database.Reader, u User, handed []User) (k keptUser, err error) {
	k.record = keptRecord{
		Fields: map[string]string{}, Channels: u.Channels, Types: u.Types, Deactivated: u.deactivated,
		CreatedAt: u.CreatedAt, CreatedBy: u.CreatedBy.Key, SeenAt: u.SeenAt, Version: u.Version,
	}
	for _, f := range recordFields {
		k.record.Fields[f.name] = f.stored(&u)
	}
	for _, service := range handed {
		k.data.HandedOver = append(k.data.HandedOver, keptService{service.Key, service.Responsible.Key})
	}
	if k.data.Identities, err = identitiesOf(ctx, r, u.Key); err != nil {
		return keptUser{}, err
	}
	k.data.Tokens, err = database.Collect(ctx, r, func(row database.Scanner) (t keptToken, err error) {
		t.Token, err = scanToken(row, &t.Digest)
		t.User, t.UserRole, t.UserStatus = Ref{}, "", ""
		t.IssuedBy, t.ShownTo, t.ShownStatus = Ref{Key: t.IssuedBy.Key}, Ref{Key: t.ShownTo.Key}, ""
		return t, err
	}, `SELECT `+tokenColumns+`, `+tokenPeople+`, t.digest`+tokenTables+`WHERE t.user_key = $1 ORDER BY t.issued_at, t.id`, u.Key)
	if err != nil {
		return keptUser{}, err
	}
	k.data.Views, err = database.Collect(ctx, r, func(row database.Scanner) (SavedView, error) {
		v, err := scanView(row)
		v.Owner = Ref{}
		return v, err
	}, `SELECT `+viewColumns+viewTables+`WHERE v.owner_key = $1 ORDER BY v.created_at, v.id`, u.Key)
	return k, err
}

// setAside stores a user who is deleted, until the grace ends. [changeTx.record] sets the number
// of the event.
func (c *changeTx) setAside(ctx context.Context, u User, handed []User, grace time.Duration) error {
	k, err := keptOf(ctx, c, u, handed)
	if err != nil {
		return err
	}
	record, err := json.Marshal(k.record)
	if err != nil {
		return err
	}
	data, err := json.Marshal(k.data)
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, `INSERT INTO deleted_users (key, user_id, name, kind, role, record, kept, deleted_at, deleted_by, seq, ends_at)
		VALUES ($1, $2, NULLIF($3, ''), $4, $5, $6, $7, $8, $9, 0, $10)`, u.Key, u.ID, u.Name, u.Kind, u.Role, string(record), string(data),
		database.Time(c.now), c.actor.Key, database.Time(c.now.Add(grace)))
	for _, i := range k.data.Identities {
		if err == nil { // another deleted user may have it after a move of identities
			_, err = c.exec(ctx, `INSERT INTO deleted_identities (issuer, subject, user_key) VALUES ($1, $2, $3)
				ON CONFLICT (issuer, subject) DO UPDATE SET user_key = excluded.user_key`, i.Issuer, i.Subject, u.Key)
		}
	}
	return err
}

// setDeletions sets the numbers of the events of the users whom the change has set aside.
func (c *changeTx) setDeletions(ctx context.Context, events []Event) error {
	for _, e := range events {
		if e.Action != ActionDeleted {
			continue
		}
		if _, err := c.exec(ctx, `UPDATE deleted_users SET seq = $1 WHERE key = $2 AND seq = 0`, e.Seq, e.Target.Key); err != nil {
			return err
		}
	}
	return nil
}

// keptByKey returns a deleted user and what is stored of them, or [ErrNotFound].
func keptByKey(ctx context.Context, r database.Reader, key Key) (d DeletedUser, k keptUser, err error) {
	var record, data []byte
	d, err = scanDeleted(r.QueryRowContext(ctx, `SELECT `+deletedColumns+`, d.record, d.kept`+deletedTables+`WHERE d.key = $1`, key), &record, &data)
	if err != nil {
		return d, k, err
	}
	return d, k, errors.Join(json.Unmarshal(record, &k.record), json.Unmarshal(data, &k.data))
}

// deleteKept deletes what is stored of a deleted user.
func (c *changeTx) deleteKept(ctx context.Context, key Key) error {
	_, err := c.exec(ctx, `DELETE FROM deleted_identities WHERE user_key = $1`, key)
	if err == nil {
		_, err = c.exec(ctx, `DELETE FROM deleted_users WHERE key = $1`, key)
	}
	return err
}

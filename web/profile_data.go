package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// ownData is all data about a user, as the user downloads it. Fields of the wire API have the same
// names here. It has no secrets and no internal keys.
type ownData struct {
	Organisation   ownOrganisation `json:"organisation"`
	Record         ownRecord       `json:"record"`
	Identities     []ownIdentity   `json:"identities"`
	Sessions       []ownSession    `json:"sessions"`
	Tokens         []ownToken      `json:"tokens"`
	ResponsibleFor []users.ID      `json:"answers_for"`
	SavedViews     []ownView       `json:"saved_views"`
	History        []ownEvent      `json:"history"`
}

// ownOrganisation is whose console it is.
type ownOrganisation struct {
	ID   string `json:"id,omitempty"` // on the platform
	Name string `json:"name"`
}

// ownRecord is the record. A text that is empty is null, as is the time last seen of a user who was
// never seen.
type ownRecord struct {
	ID        users.ID        `json:"user_id"`
	Name      *string         `json:"name"`
	Picture   *string         `json:"picture_url"`
	IsService bool            `json:"is_service_user"`
	IsSystem  bool            `json:"is_system_user"`
	Channels  map[string]bool `json:"notification_channels_enabled"`
	Types     map[string]bool `json:"notification_types_enabled"`
	Role      users.Role      `json:"role"`
	Status    users.Status    `json:"status"`
	TimeZone  string          `json:"time_zone"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
	SeenAt    *time.Time      `json:"last_seen_at"`
	Version   int64           `json:"version"`

	Department *string   `json:"department"`
	Title      *string   `json:"title"`
	Manager    *users.ID `json:"manager"` // null also for one who was deleted
	Labels     []string  `json:"labels"`
	Note       *string   `json:"note"` // by admins
}

// ownIdentity is how the provider knows them; its fields are those of
// [users.Identity], in the same order.
type ownIdentity struct {
	Issuer     string    `json:"issuer"`
	Subject    string    `json:"subject"`
	Address    string    `json:"address"`
	BoundAt    time.Time `json:"bound_at"`
	SignedInAt time.Time `json:"signed_in_at"`
}

// ownSession is a browser in which they are signed in.
type ownSession struct {
	ID        users.SessionID `json:"id"`
	StartedAt time.Time       `json:"started_at"`
	SeenAt    time.Time       `json:"last_seen_at"`
	ExpiresAt time.Time       `json:"expires_at"`
	Address   string          `json:"address"`
	UserAgent string          `json:"user_agent"`
}

// ownToken is an API token of theirs, ended ones of the last 90 days too. Its secret is not
// kept, and nothing that it could be checked by is downloaded.
type ownToken struct {
	ID          users.TokenID    `json:"token_id"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Hint        string           `json:"hint"` // the last four characters of the secret's random part
	State       users.TokenState `json:"state"`
	Role        users.Role       `json:"role"` // that it has at most
	Scopes      []users.Scope    `json:"scopes"`
	Ranges      []netip.Prefix   `json:"ranges"` // none: any address
	IssuedAt    time.Time        `json:"issued_at"`
	IssuedBy    users.ID         `json:"issued_by"` // empty for the command line
	EndsAt      *time.Time       `json:"ends_at"`   // null for never
	UsedAt      *time.Time       `json:"last_used_at"`
	UsedFrom    string           `json:"last_used_from"`
	UsedWith    string           `json:"last_used_with"`
}

// ownView is a view of the directory that they have saved.
type ownView struct {
	Name      string    `json:"name"`
	Address   string    `json:"address"`
	Shared    bool      `json:"shared"`
	CreatedAt time.Time `json:"created_at"`
}

// ownEvent is an event whose target is the user. The client of another actor is empty, since only
// viewers of the audit log may see it.
type ownEvent struct {
	Seq       int64           `json:"seq"`
	At        time.Time       `json:"at"`
	Action    users.Action    `json:"action"`
	Actor     users.ID        `json:"actor"`
	ActorKind users.ActorKind `json:"actor_kind"` // operator, provider and console have no user ID
	Via       users.Via       `json:"via"`
	Changes   []users.Change  `json:"changes"` // users by the user ID of that time
	Reason    string          `json:"reason"`
	Address   string          `json:"address"`
	UserAgent string          `json:"user_agent"`
	RequestID string          `json:"request_id"`
}

// profileData serves GET /profile/data: the viewer's own record and history.
func (a *App) profileData(c echo.Context) error {
	ctx, who := c.Request().Context(), actor(c)
	d, err := a.users.Detail(ctx, who, who.ID)
	if err != nil {
		return err
	}
	sessions, err := a.users.Sessions(ctx, who, who.ID)
	if err != nil {
		return err
	}
	tokens, err := a.users.Tokens(ctx, who, who.ID)
	if err != nil {
		return err
	}
	saved, err := a.users.OwnViews(ctx, who)
	if err != nil {
		return err
	}
	data := ownDataOf(d, sessions)
	for _, t := range tokens {
		data.Tokens = append(data.Tokens, ownTokenOf(t, a.now()))
	}
	for _, v := range saved {
		data.SavedViews = append(data.SavedViews, ownView{v.Name, savedAddress(v), v.Shared, v.CreatedAt})
	}
	data.Organisation = ownOrganisation{a.orgID, a.org}
	head, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="my-data.json"`)
	c.Response().Header().Set(echo.HeaderContentType, "application/json; charset=utf-8")
	return a.writeHistory(c, head)
}

// emptyHistory is how [ownData] without a history ends.
const emptyHistory = "[]\n}"

// writeHistory writes head, the data without a history, and into it all events on the
// viewer, newest first. The events are read and encoded a page at a time: a history has
// no bound, and what is written counts against the budget.
func (a *App) writeHistory(c echo.Context, head []byte) error {
	w, who := c.Response().Writer, actor(c) // a fault is still answered as one
	b := append(bytes.TrimSuffix(head, []byte(emptyHistory)), '[')
	q, between := history.Query{Target: who.ID, Limit: users.MaxLimit}, "\n    "
	for {
		page, err := a.history.Events(c.Request().Context(), who, q)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			content, err := json.MarshalIndent(ownEventOf(e), "    ", "  ")
			if err != nil {
				return err
			}
			b = append(append(b, between...), content...)
			between = ",\n    "
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if between[0] == ',' {
		b = append(b, "\n  "...)
	}
	if _, err := w.Write(append(b, "]\n}"...)); err != nil {
		return err
	}
	c.Response().WriteHeader(http.StatusOK)
	return nil
}

// ownDataOf puts together what is downloaded. Lists with nothing in them are
// empty rather than null.
func ownDataOf(d users.Detail, sessions []users.Session) ownData {
	data := ownData{Record: ownRecordOf(d.User), Identities: []ownIdentity{}, Sessions: []ownSession{}, ResponsibleFor: []users.ID{}}
	data.Tokens, data.SavedViews, data.History = []ownToken{}, []ownView{}, []ownEvent{}
	for _, i := range d.Identities {
		data.Identities = append(data.Identities, ownIdentity(i))
	}
	for _, s := range sessions {
		data.Sessions = append(data.Sessions, ownSessionOf(s))
	}
	for _, u := range d.ResponsibleFor {
		data.ResponsibleFor = append(data.ResponsibleFor, u.ID)
	}
	return data
}

// ownSessionOf returns a session as it is downloaded.
func ownSessionOf(s users.Session) ownSession {
	return ownSession{s.ID, s.StartedAt, s.SeenAt, s.ExpiresAt, s.Address, s.UserAgent}
}

// ownTokenOf returns a token as it is downloaded.
func ownTokenOf(t users.Token, now time.Time) ownToken {
	o := ownToken{
		ID: t.ID, Name: t.Name, Description: t.Description, Hint: t.Hint, State: t.State(now), Role: t.Role,
		Scopes: append([]users.Scope{}, t.Scopes...), Ranges: append([]netip.Prefix{}, t.Ranges...),
		IssuedAt: t.IssuedAt, IssuedBy: t.IssuedBy.ID, UsedFrom: t.LastUsed.Address, UsedWith: t.LastUsed.Tool,
	}
	if !t.EndsAt.Equal(users.EndOfTime) {
		o.EndsAt = &t.EndsAt
	}
	if !t.LastUsed.At.IsZero() {
		o.UsedAt = &t.LastUsed.At
	}
	return o
}

// ownEventOf returns an event as it is downloaded.
func ownEventOf(e users.Event) ownEvent {
	changes := slices.Clone(e.Changes)
	for i, c := range changes {
		if was, ok := users.Person(c.Field, c.Old); ok {
			is, _ := users.Person(c.Field, c.New)
			changes[i].Old, changes[i].New = string(was.ID), string(is.ID)
		}
	}
	return ownEvent{
		Seq: e.Seq, At: e.At, Action: e.Action, Actor: e.Actor.ID, ActorKind: e.ActorKind(), Via: e.Via, Changes: changes,
		Reason: e.Reason, Address: e.Address, UserAgent: e.UserAgent, RequestID: e.RequestID,
	}
}

// ownRecordOf returns the record of u as it is downloaded.
func ownRecordOf(u users.User) ownRecord {
	r := ownRecord{
		ID: u.ID, IsService: u.Kind == users.KindService, IsSystem: u.Kind == users.KindSystem, Channels: u.Channels, Types: u.Types,
		Role: u.Role, Status: u.Status, TimeZone: u.TimeZone, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt, Version: u.Version,
	}
	r.Name, r.Picture, r.Note = orNull(&u.Name), orNull(&u.PictureURL), orNull(&u.Note)
	r.Department, r.Title, r.Manager = orNull(&u.Department), orNull(&u.Title), orNull(&u.Manager.ID)
	r.Labels = append([]string{}, users.SplitLabels(u.Labels)...)
	if !u.SeenAt.IsZero() {
		r.SeenAt = &u.SeenAt
	}
	return r
}

package users

import (
	"github.com/roboto-ai/console/internal/audit"
	"github.com/roboto-ai/console/internal/database"
)

// An event is kept in three rows: the fixed row in events, which is never changed or deleted,
// and two parts, which can only be deleted: event_changes and event_actors. Package audit
// encodes them; the fixed row keeps a SHA-256 of each part, so that what is left can be
// verified whatever is erased.
//
// To erase a user,
//   - of the events whose target they are (events.target_key) both parts are deleted,
//   - of the events whose actor they are (events.actor_key) the part event_actors is deleted,
//   - of the events that name them in their changes (event_mentions, which also leads to those
//     whose target is another user) the part event_changes is deleted.
//
// The rows of event_mentions are deleted with the part event_changes of their event.
// The words of the event are deleted from the index of the log's words before them.

// eventRows are the values of an event, as the tables of events take them.
type eventRows struct {
	fixed, changes, actor []any
	mentions              [][]any
}

// rows returns e as it is written: with its number, encoded, and with the digests of its parts.
func (e Event) rows() (eventRows, error) {
	changes, err := audit.EncodeChanges(e.Changes)
	if err != nil {
		return eventRows{}, err
	}
	row, changePart, actorPart := e.row(), e.changePart(changes), e.actorPart()
	changeNonce, actorNonce := audit.NewNonce(), audit.NewNonce()
	changeDigest, actorDigest := changePart.Digest(row, changeNonce), actorPart.Digest(row, actorNonce)
	r := eventRows{
		fixed: []any{e.Seq, database.Time(e.At), row.Action, row.ActorKey, row.TargetKey, row.Via, row.RequestID,
			row.Group, row.Undoes, row.Token, row.Tool, int64(audit.Version), changeDigest[:], actorDigest[:]},
		changes: []any{e.Seq, changeNonce[:], changePart.TargetID, changePart.TargetName, changePart.TargetKind, changePart.TargetVersion, changePart.Changes},
		actor:   []any{e.Seq, actorNonce[:], actorPart.ActorID, actorPart.ActorName, actorPart.ActorKind, actorPart.Reason, actorPart.Address, actorPart.UserAgent},
	}
	for _, key := range audit.Mentions(e.Changes) {
		r.mentions = append(r.mentions, []any{key, e.Seq})
	}
	return r, nil
}

// row returns the fixed row of e as it is encoded.
func (e Event) row() audit.Row {
	return audit.Row{
		Seq: e.Seq, At: e.At, Action: string(e.Action), ActorKey: string(e.Actor.Key), TargetKey: string(e.Target.Key), Via: string(e.Via), RequestID: e.RequestID,
		Group: e.Group, Undoes: e.Undoes, Token: string(e.Token), Tool: e.Tool,
	}
}

// changePart returns what e changed as it is encoded.
func (e Event) changePart(changes string) audit.ChangePart {
	return audit.ChangePart{TargetID: string(e.Target.ID), TargetName: e.Target.Name, TargetKind: string(e.Target.Kind), TargetVersion: e.version, Changes: changes}
}

// actorPart returns the personal data of the actor of e as it is encoded.
func (e Event) actorPart() audit.ActorPart {
	return audit.ActorPart{ActorID: string(e.Actor.ID), ActorName: e.Actor.Name, ActorKind: string(e.actorKind), Reason: e.Reason, Address: e.Address, UserAgent: e.UserAgent}
}

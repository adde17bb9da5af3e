package users

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/audit"
	"github.com/roboto-ai/console/internal/database"
)

// A checkedEvent is an event as stored, with the nonces and digests of its parts.
type checkedEvent struct {
	Event
	changes                   string
	encoding                  int64
	changeNonce, actorNonce   []byte
	changeDigest, actorDigest []byte
}

// checkedColumns are the columns scanChecked reads after EventColumns, in its order.
const checkedColumns = `, e.encoding, c.nonce, a.nonce, e.change_digest, e.actor_digest`

// scanChecked reads EventColumns and checkedColumns from a row.
func scanChecked(row database.Scanner) (*checkedEvent, error) {
	e := new(checkedEvent)
	return e, row.Scan(&e.Seq, (*database.Time)(&e.At), &e.Action, &e.Actor.Key, &e.Target.Key, &e.Via, &e.RequestID, &e.Group, &e.Undoes, &e.Token, &e.Tool,
		&e.ChangeErased, &e.Target.ID, &e.Target.Name, &e.Target.Kind, &e.version, &e.changes,
		&e.ActorErased, &e.Actor.ID, &e.Actor.Name, &e.actorKind, &e.Reason, &e.Address, &e.UserAgent,
		&e.encoding, &e.changeNonce, &e.actorNonce, &e.changeDigest, &e.actorDigest)
}

// events verifies each part of an event against its digest in the fixed row, and that
// event_mentions has the users that events name, in batches.
func (c *checker) events() {
	var last int64
	err := c.isolated(func() error { return c.tx.QueryRowContext(c.ctx, newestEventSeq).Scan(&last) })
	if err != nil {
		c.add("The events could not be read: %v.", err)
		return
	}
	before := len(c.found)
	for from := int64(0); from <= last && c.ctx.Err() == nil; from += checkBatch {
		c.progress(CheckingEvents, int(from), int(last))
		to := from + checkBatch
		if err := c.isolated(func() error { return c.verifyEvents(from, to) }); err != nil && len(c.found) < before+4*maxExamples {
			c.add("The events %d to %d could not be read: %v.", from+1, to, err)
		}
		if len(c.found) > before+10*maxExamples {
			c.add("There are more inconsistencies of events. The rest was not verified.")
			return
		}
	}
	c.progress(CheckingEvents, int(last), int(last))
}

// verifyEvents verifies the events with numbers after from, up to to.
func (c *checker) verifyEvents(from, to int64) error {
	all, err := database.Collect(c.ctx, c.tx, scanChecked, `SELECT `+EventColumns+checkedColumns+EventTables+`WHERE e.seq > $1 AND e.seq <= $2 ORDER BY e.seq`, from, to)
	if err != nil {
		return err
	}
	mentions, err := mentionsOf(c.ctx, c.tx, from, to)
	if err != nil {
		return err
	}
	for _, e := range all {
		if flaws := e.flaws(mentions[e.Seq]); len(flaws) > 0 {
			c.add("The event %d is not as it was recorded: %s.", e.Seq, strings.Join(flaws, ", "))
		}
	}
	return nil
}

// mentionsOf returns the keys of the users in event_mentions, by event, for a range of events.
func mentionsOf(ctx context.Context, r database.Reader, from, to int64) (map[int64][]string, error) {
	found := map[int64][]string{}
	_, err := database.Collect(ctx, r, func(row database.Scanner) (none struct{}, err error) {
		var seq int64
		var key string
		err = row.Scan(&seq, &key)
		found[seq] = append(found[seq], key)
		return none, err
	}, `SELECT seq, user_key FROM event_mentions WHERE seq > $1 AND seq <= $2 ORDER BY seq, user_key`, from, to)
	return found, err
}

// flaws returns the parts of e that do not match their digests, and whether event_mentions has
// other users than its changes name.
func (e *checkedEvent) flaws(mentioned []string) (flaws []string) {
	if e.encoding != audit.Version {
		return []string{fmt.Sprintf("it is encoded in version %d, which this program does not know", e.encoding)}
	}
	row := e.row()
	if !e.ChangeErased && !matches(e.changeDigest, e.changeNonce, func(n audit.Nonce) audit.Digest { return e.changePart(e.changes).Digest(row, n) }) {
		flaws = append(flaws, "what it changed does not match its digest")
	}
	if !e.ActorErased && !matches(e.actorDigest, e.actorNonce, func(n audit.Nonce) audit.Digest { return e.actorPart().Digest(row, n) }) {
		flaws = append(flaws, "its actor's data does not match its digest")
	}
	var changes []Change
	if err := json.Unmarshal([]byte(e.changes), &changes); err != nil {
		return append(flaws, "its changes cannot be read: "+err.Error())
	}
	if want := audit.Mentions(changes); !slices.Equal(slices.Sorted(slices.Values(want)), mentioned) {
		flaws = append(flaws, "it is not found by the users that its changes name")
	}
	return flaws
}

// matches reports whether a stored digest is that of a part with the stored nonce.
func matches(stored, nonce []byte, digest func(audit.Nonce) audit.Digest) bool {
	if len(nonce) != len(audit.Nonce{}) {
		return false
	}
	want := digest(audit.Nonce(nonce))
	return slices.Equal(want[:], stored)
}

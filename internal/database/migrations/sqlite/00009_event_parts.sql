-- +goose Up

-- An event is a fixed row and two parts, each of which can be erased by itself; the row keeps
-- a digest of each. docs/audit-format.md has the encoding. Between what comes before the line
-- "+console Rewrite" and what comes after it, the program rewrites the events that are there.
-- New tables take the place of the old ones, so no trigger is in the way, and the new ones
-- get theirs last.

CREATE TABLE events_rewritten (
    seq        INTEGER NOT NULL PRIMARY KEY,
    at         INTEGER NOT NULL,
    action     TEXT    NOT NULL,
    actor_key  TEXT    NOT NULL,                             -- '' where the actor is no user
    target_key TEXT    NOT NULL,                             -- '' where the act has no target
    via        TEXT    NOT NULL CONSTRAINT events_via CHECK (via IN ('session', 'token', 'command', 'schedule', 'provider')),
    request_id TEXT    NOT NULL,
    group_id   TEXT    NOT NULL,                             -- of events that were made together; '' for one alone
    undoes     INTEGER NOT NULL,                             -- seq of the event that this one undoes; 0 for none
    token_id   TEXT    NOT NULL,                             -- that the actor came with; '' without one
    tool       TEXT    NOT NULL,                             -- that the actor used; '' if it did not say
    encoding   INTEGER NOT NULL,                             -- version of the encoding of the parts
    change_digest BLOB NOT NULL CONSTRAINT events_change_digest CHECK (length(change_digest) = 32),
    actor_digest  BLOB NOT NULL CONSTRAINT events_actor_digest CHECK (length(actor_digest) = 32)
) STRICT;

-- event_changes is what was changed, and in whom. Erasure deletes it; nothing else changes it.
CREATE TABLE event_changes (
    seq            INTEGER NOT NULL PRIMARY KEY REFERENCES events (seq),
    nonce          BLOB    NOT NULL CONSTRAINT event_changes_nonce CHECK (length(nonce) = 16),
    target_id      TEXT    NOT NULL,
    target_name    TEXT    NOT NULL,
    target_kind    TEXT    NOT NULL,
    target_version INTEGER NOT NULL,                         -- of the record after the event
    changes        TEXT    NOT NULL                          -- JSON array of {field, old, new}
) STRICT;

-- event_actors is the personal data of the actor. Erasure deletes it; nothing else changes it.
CREATE TABLE event_actors (
    seq        INTEGER NOT NULL PRIMARY KEY REFERENCES events (seq),
    nonce      BLOB    NOT NULL CONSTRAINT event_actors_nonce CHECK (length(nonce) = 16),
    actor_id   TEXT    NOT NULL,
    actor_name TEXT    NOT NULL,
    actor_kind TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    user_agent TEXT    NOT NULL
) STRICT;

-- event_mentions are the users whom the changes of events name by key, beside the target.
CREATE TABLE event_mentions (
    user_key TEXT    NOT NULL,
    seq      INTEGER NOT NULL REFERENCES events (seq),
    PRIMARY KEY (user_key, seq)
) STRICT, WITHOUT ROWID;

-- +console Rewrite

DROP TABLE event_details;
DROP TABLE events;
ALTER TABLE events_rewritten RENAME TO events;

CREATE INDEX events_by_actor ON events (actor_key, seq);
CREATE INDEX events_by_target ON events (target_key, seq);
CREATE INDEX events_by_action ON events (action, seq);
CREATE INDEX events_by_time ON events (at, seq);
CREATE INDEX events_by_group ON events (group_id, seq) WHERE group_id <> '';
CREATE INDEX event_changes_by_target ON event_changes (target_id, seq);
CREATE INDEX event_actors_by_actor ON event_actors (actor_id, seq);

-- REPLACE deletes without firing a DELETE trigger, hence the triggers on INSERT.

-- +goose StatementBegin
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER events_are_only_appended BEFORE INSERT ON events
WHEN NEW.seq <= (SELECT MAX(seq) FROM events)
BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER event_changes_are_not_changed BEFORE UPDATE ON event_changes
BEGIN SELECT RAISE(ABORT, 'parts of events are never changed'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER event_changes_are_only_appended BEFORE INSERT ON event_changes
WHEN NEW.seq < (SELECT MAX(seq) FROM events) OR EXISTS (SELECT 1 FROM event_changes WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'parts of events are only appended'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER event_actors_are_not_changed BEFORE UPDATE ON event_actors
BEGIN SELECT RAISE(ABORT, 'parts of events are never changed'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER event_actors_are_only_appended BEFORE INSERT ON event_actors
WHEN NEW.seq < (SELECT MAX(seq) FROM events) OR EXISTS (SELECT 1 FROM event_actors WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'parts of events are only appended'); END;
-- +goose StatementEnd

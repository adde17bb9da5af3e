-- +goose Up

-- users is the directory. Every reference to a user is to its key, never to its user_id.
CREATE TABLE users (
    number          INTEGER PRIMARY KEY,                     -- in the order of creation; for indexes, and told to nobody
    key             TEXT    NOT NULL UNIQUE,                 -- usr_…
    user_id         TEXT    NOT NULL UNIQUE,                 -- canonical: trimmed, lower case, ASCII
    name            TEXT,
    picture_url     TEXT,
    kind            TEXT    NOT NULL CHECK (kind IN ('person', 'service', 'system')),
    role            TEXT    NOT NULL CHECK (role IN ('user', 'auditor', 'admin', 'owner')),
    deactivated     INTEGER NOT NULL CHECK (deactivated IN (0, 1)), -- 1 when an admin said so
    identified      INTEGER NOT NULL CHECK (identified IN (0, 1)),  -- 1 while an identity is bound
    status          TEXT    NOT NULL GENERATED ALWAYS AS (
                        CASE WHEN deactivated = 1 THEN 'deactivated'
                             WHEN kind = 'person' AND identified = 0 THEN 'invited'
                             ELSE 'active' END) STORED,
    channels        TEXT    NOT NULL,                        -- JSON object of channel to bool
    types           TEXT    NOT NULL,                        -- JSON object of type to bool
    time_zone       TEXT    NOT NULL,                        -- IANA name
    purpose         TEXT,
    responsible_key TEXT    REFERENCES users (key),          -- the person who answers for a service user
    review_on       TEXT,                                    -- YYYY-MM-DD
    sort_name       TEXT    NOT NULL,                        -- folded name, or user_id without one: the order by name
    search_text     TEXT    NOT NULL,                        -- folded name and user_id: what a search looks in
    created_at      INTEGER NOT NULL,
    created_by      TEXT    NOT NULL,                        -- key of who did it, which may be gone; '' for the command line
    updated_at      INTEGER NOT NULL,
    seen_at         INTEGER NOT NULL,                        -- bookkeeping; 1970 if never, so that it orders
    version         INTEGER NOT NULL,                        -- raised by one at every change
    CHECK (kind <> 'service' OR role <> 'owner'),
    CHECK (kind = 'service' OR (purpose IS NULL AND responsible_key IS NULL AND review_on IS NULL))
) STRICT;

CREATE INDEX users_by_name ON users (sort_name, key);
CREATE INDEX users_by_created ON users (created_at, key);
CREATE INDEX users_by_seen ON users (seen_at, key);
CREATE INDEX users_by_kind ON users (kind, sort_name, key);
CREATE INDEX users_by_status ON users (status, sort_name, key);
CREATE INDEX users_by_role ON users (role, sort_name, key);
CREATE INDEX users_by_responsible ON users (responsible_key, sort_name, key);

-- identities binds a subject of the OpenID provider to a person.
CREATE TABLE identities (
    issuer       TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    user_key     TEXT    NOT NULL REFERENCES users (key),
    address      TEXT    NOT NULL,                           -- the one it last came with
    bound_at     INTEGER NOT NULL,
    signed_in_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;

CREATE INDEX identities_by_user ON identities (user_key);

-- sessions are signed-in browsers. Only the digest of the identifier in the cookie is kept.
CREATE TABLE sessions (
    id         TEXT    NOT NULL PRIMARY KEY,                 -- ses_…, for people to name it by
    digest     BLOB    NOT NULL UNIQUE,                      -- SHA-256 of the identifier
    user_key   TEXT    NOT NULL REFERENCES users (key),
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,                             -- bookkeeping
    expires_at INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    user_agent TEXT    NOT NULL,
    id_token   TEXT    NOT NULL,                             -- the hint for signing out at the provider
    flash      TEXT    NOT NULL                              -- said once, on the next page; bookkeeping
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_key, seen_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- kept holds what waits for a browser to come back: a sign-in attempt, a form posted when signed out.
CREATE TABLE kept (
    what       TEXT    NOT NULL CHECK (what IN ('attempt', 'form')),
    digest     BLOB    NOT NULL,                             -- SHA-256 of what the browser's cookie holds
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (what, digest)
) STRICT;

CREATE INDEX kept_by_expiry ON kept (what, expires_at);

-- refused_sign_ins are the newest sign-ins that were refused, of strangers too; bookkeeping, not history.
CREATE TABLE refused_sign_ins (
    number     INTEGER NOT NULL PRIMARY KEY,
    at         INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    user_key   TEXT    NOT NULL,                             -- '' where no user is concerned
    reason     TEXT    NOT NULL,
    request_id TEXT    NOT NULL
) STRICT;

CREATE INDEX refused_sign_ins_by_address ON refused_sign_ins (address, at);
CREATE INDEX refused_sign_ins_by_user ON refused_sign_ins (user_key, at);

-- events is the fixed part of the audit log: never changed, never deleted.
CREATE TABLE events (
    seq        INTEGER NOT NULL PRIMARY KEY,
    at         INTEGER NOT NULL,
    action     TEXT    NOT NULL,
    actor_key  TEXT    NOT NULL,                             -- '' for the command line and for strangers
    target_key TEXT    NOT NULL,                             -- '' where the act has no target
    via        TEXT    NOT NULL CHECK (via IN ('session', 'token', 'command')),
    request_id TEXT    NOT NULL
) STRICT;

CREATE INDEX events_by_actor ON events (actor_key, seq);
CREATE INDEX events_by_target ON events (target_key, seq);
CREATE INDEX events_by_action ON events (action, seq);
CREATE INDEX events_by_time ON events (at, seq);

-- event_details is the part that erasure deletes, and nothing else changes.
CREATE TABLE event_details (
    seq            INTEGER NOT NULL PRIMARY KEY REFERENCES events (seq),
    actor_id       TEXT    NOT NULL,
    actor_name     TEXT    NOT NULL,
    target_id      TEXT    NOT NULL,
    target_name    TEXT    NOT NULL,
    target_kind    TEXT    NOT NULL,
    target_version INTEGER NOT NULL,                         -- of the record after the event
    changes        TEXT    NOT NULL,                         -- JSON array of {field, old, new}
    reason         TEXT    NOT NULL,
    address        TEXT    NOT NULL,
    user_agent     TEXT    NOT NULL,
    search_text    TEXT    NOT NULL                          -- folded ids, names and reason
) STRICT;

CREATE INDEX event_details_by_actor ON event_details (actor_id, seq);
CREATE INDEX event_details_by_target ON event_details (target_id, seq);

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
CREATE TRIGGER event_details_are_not_changed BEFORE UPDATE ON event_details
BEGIN SELECT RAISE(ABORT, 'event details are never changed'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER event_details_are_only_appended BEFORE INSERT ON event_details
WHEN NEW.seq < (SELECT MAX(seq) FROM events) OR EXISTS (SELECT 1 FROM event_details WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'event details are only appended'); END;
-- +goose StatementEnd

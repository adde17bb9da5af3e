-- +goose Up

-- Record.

ALTER TABLE users ADD COLUMN department TEXT;
ALTER TABLE users ADD COLUMN title TEXT;                     -- of a person, such as Field engineer
ALTER TABLE users ADD COLUMN manager_key TEXT;               -- key of a person, who may have been deleted meanwhile
ALTER TABLE users ADD COLUMN labels TEXT;                    -- in order, with a comma between; NULL for none
ALTER TABLE users ADD COLUMN note TEXT;                      -- by admins, several lines

CREATE INDEX users_by_department ON users (department, sort_name) WHERE department IS NOT NULL;
CREATE INDEX users_by_manager ON users (manager_key, sort_name) WHERE manager_key IS NOT NULL;

-- user_labels has one row for each label of a user. Triggers keep it.
CREATE TABLE user_labels (
    label  TEXT    NOT NULL,
    number INTEGER NOT NULL,                                 -- of the user
    PRIMARY KEY (label, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_labels_by_user ON user_labels (number);

-- A label has no comma, quote or backslash, so the list is the text of a JSON array.

-- +goose StatementBegin
CREATE TRIGGER user_labels_insert AFTER INSERT ON users WHEN NEW.labels IS NOT NULL
BEGIN
    INSERT INTO user_labels (label, number) SELECT value, NEW.number FROM json_each('["' || replace(NEW.labels, ',', '","') || '"]');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER user_labels_update AFTER UPDATE OF labels ON users WHEN NEW.labels IS NOT OLD.labels
BEGIN
    DELETE FROM user_labels WHERE number = OLD.number;
    INSERT INTO user_labels (label, number)
        SELECT value, NEW.number FROM json_each('["' || replace(NEW.labels, ',', '","') || '"]') WHERE NEW.labels IS NOT NULL;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER user_labels_delete AFTER DELETE ON users WHEN OLD.labels IS NOT NULL
BEGIN
    DELETE FROM user_labels WHERE number = OLD.number;
END;
-- +goose StatementEnd

-- Search and tallies.

-- A change adds a segment to the indexes of FTS5, and the program merges segments in the background:
-- within a change, that would delay one in a hundred by far more than the others.
INSERT INTO users_search (users_search, rank) VALUES ('automerge', 0), ('crisismerge', 128);
INSERT INTO event_words_index (event_words_index, rank) VALUES ('automerge', 0), ('crisismerge', 128);

-- A change writes those tallies only that it changes.
DROP TRIGGER tallies_update_out;
DROP TRIGGER tallies_update_in;

-- +goose StatementBegin
CREATE TRIGGER tallies_update_out BEFORE UPDATE OF role, deactivated, identified ON users
WHEN NEW.role <> OLD.role OR NEW.deactivated <> OLD.deactivated OR NEW.identified <> OLD.identified
BEGIN
    UPDATE tallies SET n = n - 1 WHERE kind = OLD.kind AND role = OLD.role AND status = OLD.status;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER tallies_update_in AFTER UPDATE OF role, deactivated, identified ON users
WHEN NEW.role <> OLD.role OR NEW.deactivated <> OLD.deactivated OR NEW.identified <> OLD.identified
BEGIN
    INSERT INTO tallies (kind, role, status, n) VALUES (NEW.kind, NEW.role, NEW.status, 1)
        ON CONFLICT (kind, role, status) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER day_tallies_updated AFTER UPDATE OF updated_at ON users
WHEN NEW.kind <> 'system' AND date(NEW.updated_at / 1000000, 'unixepoch') <> date(OLD.updated_at / 1000000, 'unixepoch')
BEGIN
    UPDATE day_tallies SET n = n - 1 WHERE what = 'updated' AND day = date(OLD.updated_at / 1000000, 'unixepoch');
    INSERT INTO day_tallies (what, day, n) VALUES ('updated', date(NEW.updated_at / 1000000, 'unixepoch'), 1)
        ON CONFLICT (what, day) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER day_tallies_update_out BEFORE UPDATE OF deactivated, identified, seen_at, review_on, responsible_key ON users
BEGIN
    UPDATE day_tallies SET n = n - 1
        WHERE (what, day) IN (SELECT what, day FROM users_on_days WHERE number = OLD.number AND what <> 'updated');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER day_tallies_update_in AFTER UPDATE OF deactivated, identified, seen_at, review_on, responsible_key ON users
BEGIN
    INSERT INTO day_tallies (what, day, n) SELECT what, day, 1 FROM users_on_days WHERE number = NEW.number AND what <> 'updated'
        ON CONFLICT (what, day) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd

-- What undoes an event.

CREATE INDEX events_by_undoes ON events (undoes, seq) WHERE undoes <> 0;

-- Deletion with grace.

-- deleted_users are the deleted users who can be restored.
CREATE TABLE deleted_users (
    key        TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL,
    name       TEXT,
    kind       TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    record     TEXT    NOT NULL,                             -- JSON object: the row of users
    kept       TEXT    NOT NULL,                             -- JSON object: tokens, identities, service users handed over with their versions, saved views
    deleted_at INTEGER NOT NULL,
    deleted_by TEXT    NOT NULL,                             -- key of the user; '' for the command line
    seq        INTEGER NOT NULL,                             -- of the event user.deleted
    ends_at    INTEGER NOT NULL                              -- when the grace ends
) STRICT;

CREATE INDEX deleted_users_by_end ON deleted_users (ends_at);
CREATE INDEX deleted_users_by_time ON deleted_users (deleted_at);
CREATE INDEX deleted_users_by_id ON deleted_users (user_id);

-- deleted_identities are the identities of deleted_users: a sign-in with one is refused.
CREATE TABLE deleted_identities (
    issuer   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    user_key TEXT NOT NULL REFERENCES deleted_users (key),
    PRIMARY KEY (issuer, subject)
) STRICT;

CREATE INDEX deleted_identities_by_user ON deleted_identities (user_key);

-- Batches.

-- batches are acts on many users, from the preview on.
CREATE TABLE batches (
    id           TEXT    NOT NULL PRIMARY KEY,               -- bat_…; group_id of its events
    act          TEXT    NOT NULL,
    input        TEXT    NOT NULL,                           -- JSON object: what the act sets
    reason       TEXT    NOT NULL,
    actor_key    TEXT    NOT NULL,                           -- '' for the command line
    actor        TEXT    NOT NULL,                           -- JSON object: via, address, user agent, request and session of the actor
    query        TEXT    NOT NULL,                           -- that chose the users; '' for users ticked one by one
    undoes       TEXT    NOT NULL,                           -- id of the batch that it undoes; '' for none
    state        TEXT    NOT NULL CONSTRAINT batches_state CHECK (state IN ('prepared', 'running', 'stopped', 'done')),
    cause        TEXT    NOT NULL,                           -- why it was stopped; '' if it was not
    items        INTEGER NOT NULL,
    changed      INTEGER NOT NULL,                           -- items by their outcome, like the next three
    same         INTEGER NOT NULL,
    refused      INTEGER NOT NULL,
    moved        INTEGER NOT NULL,
    effects      TEXT    NOT NULL,                           -- JSON object: sessions, tokens and service users that go with the changes
    created_at   INTEGER NOT NULL,
    started_at   INTEGER,
    ended_at     INTEGER,
    worker       TEXT    NOT NULL,                           -- the console that works on it; '' for none
    leased_until INTEGER NOT NULL,                           -- end of the worker's lease; 1970 without one
    expires_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX batches_by_time ON batches (created_at);
CREATE INDEX batches_by_expiry ON batches (expires_at);
CREATE INDEX batches_open ON batches (leased_until) WHERE state IN ('prepared', 'running');

-- batch_items are the users of batches, as they were when the batch was prepared.
CREATE TABLE batch_items (
    batch    TEXT    NOT NULL REFERENCES batches (id),
    item     INTEGER NOT NULL,                               -- from 1, in order
    user_key TEXT    NOT NULL,                               -- '' for a user to be added
    version  INTEGER NOT NULL,                               -- of the record in the preview; 0 for any
    input    TEXT    NOT NULL,                               -- JSON object: the row of an import, with its line; '' without one
    state    TEXT    NOT NULL CONSTRAINT batch_items_state CHECK (state IN ('', 'changed', 'same', 'refused', 'moved')),
    cause    TEXT    NOT NULL,                               -- JSON object: code and values of the reason; '' for none
    seq      INTEGER NOT NULL,                               -- the first event; 0 for none
    PRIMARY KEY (batch, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX batch_items_by_state ON batch_items (batch, state, item);
CREATE INDEX batch_items_by_user ON batch_items (user_key);

-- planned_departures are the persons who leave on a date.
CREATE TABLE planned_departures (
    user_key   TEXT    NOT NULL PRIMARY KEY REFERENCES users (key),
    due_at     INTEGER NOT NULL,
    plan       TEXT    NOT NULL,                             -- JSON object: what is done then
    reason     TEXT    NOT NULL,
    actor_key  TEXT    NOT NULL,                             -- '' for the command line
    actor      TEXT    NOT NULL,                             -- JSON object, as in batches
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX planned_departures_by_time ON planned_departures (due_at);

INSERT INTO duties (name, due_at) VALUES ('deletions', 0), ('departures', 0);

-- Overview.

-- event_tallies counts the events of each day by action.
CREATE TABLE event_tallies (
    day    TEXT    NOT NULL,                                 -- YYYY-MM-DD, UTC
    action TEXT    NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (day, action)
) STRICT, WITHOUT ROWID;

-- events_on_days counts the events themselves.
CREATE VIEW events_on_days (day, action, n) AS
    SELECT date(at / 1000000, 'unixepoch'), action, COUNT(*) FROM events GROUP BY 1, 2;

INSERT INTO event_tallies (day, action, n) SELECT day, action, n FROM events_on_days;

-- +goose StatementBegin
CREATE TRIGGER event_tallies_insert AFTER INSERT ON events
BEGIN
    INSERT INTO event_tallies (day, action, n) VALUES (date(NEW.at / 1000000, 'unixepoch'), NEW.action, 1)
        ON CONFLICT (day, action) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd

-- active_weeks counts the users who were seen in each week. A user counts in a week when they are
-- first seen in it. Of the time before this migration it has what users_on_weeks has.
CREATE TABLE active_weeks (
    week TEXT    NOT NULL PRIMARY KEY,                       -- YYYY-MM-DD of its Monday, UTC
    n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- users_on_weeks has the weeks that follow from sign-ins and from when users were last seen.
CREATE VIEW users_on_weeks (week, n) AS
    SELECT week, COUNT(*) FROM (
        SELECT date(seen_at / 1000000, 'unixepoch', 'weekday 0', '-6 days') AS week, key FROM users WHERE seen_at > 0
        UNION
        SELECT date(at / 1000000, 'unixepoch', 'weekday 0', '-6 days'), target_key FROM events WHERE action = 'session.started')
    GROUP BY week;

INSERT INTO active_weeks (week, n) SELECT week, n FROM users_on_weeks;

-- +goose StatementBegin
CREATE TRIGGER active_weeks_update AFTER UPDATE OF seen_at ON users
WHEN date(OLD.seen_at / 1000000, 'unixepoch', 'weekday 0', '-6 days') < date(NEW.seen_at / 1000000, 'unixepoch', 'weekday 0', '-6 days')
BEGIN
    INSERT INTO active_weeks (week, n) VALUES (date(NEW.seen_at / 1000000, 'unixepoch', 'weekday 0', '-6 days'), 1)
        ON CONFLICT (week) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd

-- notices_seen is up to which event persons have seen what others did to their account.
-- Bookkeeping.
CREATE TABLE notices_seen (
    user_key TEXT    NOT NULL PRIMARY KEY,
    seq      INTEGER NOT NULL
) STRICT;

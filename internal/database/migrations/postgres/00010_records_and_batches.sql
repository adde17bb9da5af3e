-- +goose Up

-- SQLite's migration of this number says what tables and columns are for.

SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;

-- Record.

ALTER TABLE users
    ADD COLUMN department TEXT COLLATE "C",
    ADD COLUMN title TEXT COLLATE "C",
    ADD COLUMN manager_key TEXT COLLATE "C",
    ADD COLUMN labels TEXT COLLATE "C",
    ADD COLUMN note TEXT COLLATE "C";

CREATE INDEX users_by_department ON users (department, sort_name, number) WHERE department IS NOT NULL;
CREATE INDEX users_by_manager ON users (manager_key, sort_name, number) WHERE manager_key IS NOT NULL;

CREATE TABLE user_labels (
    label  TEXT   COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (label, number)
);

CREATE INDEX user_labels_by_user ON user_labels (number);

-- +goose StatementBegin
CREATE FUNCTION label_user() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM user_labels WHERE number = OLD.number;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO user_labels (label, number) SELECT label, NEW.number FROM unnest(string_to_array(NEW.labels, ',')) AS label;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER user_labels_insert AFTER INSERT ON users FOR EACH ROW WHEN (NEW.labels IS NOT NULL) EXECUTE FUNCTION label_user();
CREATE TRIGGER user_labels_update AFTER UPDATE OF labels ON users FOR EACH ROW WHEN (NEW.labels IS DISTINCT FROM OLD.labels) EXECUTE FUNCTION label_user();
CREATE TRIGGER user_labels_delete AFTER DELETE ON users FOR EACH ROW WHEN (OLD.labels IS NOT NULL) EXECUTE FUNCTION label_user();

-- What undoes an event.

CREATE INDEX events_by_undoes ON events (undoes, seq) WHERE undoes <> 0;

-- Deletion with grace.

CREATE TABLE deleted_users (
    key        TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    TEXT        COLLATE "C" NOT NULL,
    name       TEXT        COLLATE "C",
    kind       TEXT        COLLATE "C" NOT NULL,
    role       TEXT        COLLATE "C" NOT NULL,
    record     TEXT        COLLATE "C" NOT NULL,
    kept       TEXT        COLLATE "C" NOT NULL,
    deleted_at TIMESTAMPTZ NOT NULL,
    deleted_by TEXT        COLLATE "C" NOT NULL,
    seq        BIGINT      NOT NULL,
    ends_at    TIMESTAMPTZ NOT NULL
);

CREATE INDEX deleted_users_by_end ON deleted_users (ends_at);
CREATE INDEX deleted_users_by_time ON deleted_users (deleted_at);
CREATE INDEX deleted_users_by_id ON deleted_users (user_id);

CREATE TABLE deleted_identities (
    issuer   TEXT COLLATE "C" NOT NULL,
    subject  TEXT COLLATE "C" NOT NULL,
    user_key TEXT COLLATE "C" NOT NULL REFERENCES deleted_users (key),
    PRIMARY KEY (issuer, subject)
);

CREATE INDEX deleted_identities_by_user ON deleted_identities (user_key);

-- Batches.

CREATE TABLE batches (
    id           TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    act          TEXT        COLLATE "C" NOT NULL,
    input        TEXT        COLLATE "C" NOT NULL,
    reason       TEXT        COLLATE "C" NOT NULL,
    actor_key    TEXT        COLLATE "C" NOT NULL,
    actor        TEXT        COLLATE "C" NOT NULL,
    query        TEXT        COLLATE "C" NOT NULL,
    undoes       TEXT        COLLATE "C" NOT NULL,
    state        TEXT        COLLATE "C" NOT NULL CONSTRAINT batches_state CHECK (state IN ('prepared', 'running', 'stopped', 'done')),
    cause        TEXT        COLLATE "C" NOT NULL,
    items        BIGINT      NOT NULL,
    changed      BIGINT      NOT NULL,
    same         BIGINT      NOT NULL,
    refused      BIGINT      NOT NULL,
    moved        BIGINT      NOT NULL,
    effects      TEXT        COLLATE "C" NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    started_at   TIMESTAMPTZ,
    ended_at     TIMESTAMPTZ,
    worker       TEXT        COLLATE "C" NOT NULL,
    leased_until TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL
);

CREATE INDEX batches_by_time ON batches (created_at);
CREATE INDEX batches_by_expiry ON batches (expires_at);
CREATE INDEX batches_open ON batches (leased_until) WHERE state IN ('prepared', 'running');

CREATE TABLE batch_items (
    batch    TEXT   COLLATE "C" NOT NULL REFERENCES batches (id),
    item     BIGINT NOT NULL,
    user_key TEXT   COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    input    TEXT   COLLATE "C" NOT NULL,
    state    TEXT   COLLATE "C" NOT NULL CONSTRAINT batch_items_state CHECK (state IN ('', 'changed', 'same', 'refused', 'moved')),
    cause    TEXT   COLLATE "C" NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (batch, item)
);

CREATE INDEX batch_items_by_state ON batch_items (batch, state, item);
CREATE INDEX batch_items_by_user ON batch_items (user_key);

CREATE TABLE planned_departures (
    user_key   TEXT        COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (key),
    due_at     TIMESTAMPTZ NOT NULL,
    plan       TEXT        COLLATE "C" NOT NULL,
    reason     TEXT        COLLATE "C" NOT NULL,
    actor_key  TEXT        COLLATE "C" NOT NULL,
    actor      TEXT        COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX planned_departures_by_time ON planned_departures (due_at);

INSERT INTO duties (name, due_at) VALUES ('deletions', to_timestamp(0)), ('departures', to_timestamp(0));

-- Overview.

CREATE TABLE event_tallies (
    day    TEXT   COLLATE "C" NOT NULL,
    action TEXT   COLLATE "C" NOT NULL,
    n      BIGINT NOT NULL,
    PRIMARY KEY (day, action)
) WITH (fillfactor = 50);

CREATE VIEW events_on_days (day, action, n) AS SELECT day_of(at), action, COUNT(*) FROM events GROUP BY 1, 2;

INSERT INTO event_tallies (day, action, n) SELECT day, action, n FROM events_on_days;

-- +goose StatementBegin
CREATE FUNCTION tally_event() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_tallies AS t (day, action, n) VALUES (day_of(NEW.at), NEW.action, 1)
        ON CONFLICT (day, action) DO UPDATE SET n = t.n + 1;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER event_tallies_insert AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION tally_event();

-- +goose StatementBegin
CREATE FUNCTION week_of(moment TIMESTAMPTZ) RETURNS TEXT LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(date_trunc('week', moment AT TIME ZONE 'UTC'), 'YYYY-MM-DD');
-- +goose StatementEnd

CREATE TABLE active_weeks (
    week TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    n    BIGINT NOT NULL
) WITH (fillfactor = 50);

CREATE VIEW users_on_weeks (week, n) AS
    SELECT week, COUNT(*) FROM (
        SELECT week_of(seen_at) AS week, key FROM users WHERE seen_at > to_timestamp(0)
        UNION
        SELECT week_of(at), target_key FROM events WHERE action = 'session.started') AS seen
    GROUP BY week;

INSERT INTO active_weeks (week, n) SELECT week, n FROM users_on_weeks;

-- +goose StatementBegin
CREATE FUNCTION count_active_week() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO active_weeks AS w (week, n) VALUES (week_of(NEW.seen_at), 1) ON CONFLICT (week) DO UPDATE SET n = w.n + 1;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER active_weeks_update AFTER UPDATE OF seen_at ON users FOR EACH ROW
    WHEN (week_of(OLD.seen_at) < week_of(NEW.seen_at)) EXECUTE FUNCTION count_active_week();

CREATE TABLE notices_seen (
    user_key TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    seq      BIGINT NOT NULL
);

-- +goose Up

-- An event is a fixed row and two parts, each of which can be erased by itself; the row keeps
-- a digest of each. docs/audit-format.md has the encoding. Between what comes before the line
-- "+console Rewrite" and what comes after it, the program rewrites the events that are there.
-- Constraints and indexes of many rows are made last, at once.

SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;

CREATE TABLE events_rewritten (
    seq           BIGINT      NOT NULL,
    at            TIMESTAMPTZ NOT NULL,
    action        TEXT        COLLATE "C" NOT NULL,
    actor_key     TEXT        COLLATE "C" NOT NULL,
    target_key    TEXT        COLLATE "C" NOT NULL,
    via           TEXT        COLLATE "C" NOT NULL CONSTRAINT events_via CHECK (via IN ('session', 'token', 'command', 'schedule', 'provider')),
    request_id    TEXT        COLLATE "C" NOT NULL,
    group_id      TEXT        COLLATE "C" NOT NULL,
    undoes        BIGINT      NOT NULL,
    token_id      TEXT        COLLATE "C" NOT NULL,
    tool          TEXT        COLLATE "C" NOT NULL,
    encoding      BIGINT      NOT NULL,
    change_digest BYTEA       NOT NULL CONSTRAINT events_change_digest CHECK (length(change_digest) = 32),
    actor_digest  BYTEA       NOT NULL CONSTRAINT events_actor_digest CHECK (length(actor_digest) = 32)
);

CREATE TABLE event_changes (
    seq            BIGINT NOT NULL,
    nonce          BYTEA  NOT NULL CONSTRAINT event_changes_nonce CHECK (length(nonce) = 16),
    target_id      TEXT   COLLATE "C" NOT NULL,
    target_name    TEXT   COLLATE "C" NOT NULL,
    target_kind    TEXT   COLLATE "C" NOT NULL,
    target_version BIGINT NOT NULL,
    changes        TEXT   COLLATE "C" NOT NULL
);

CREATE TABLE event_actors (
    seq        BIGINT NOT NULL,
    nonce      BYTEA  NOT NULL CONSTRAINT event_actors_nonce CHECK (length(nonce) = 16),
    actor_id   TEXT   COLLATE "C" NOT NULL,
    actor_name TEXT   COLLATE "C" NOT NULL,
    actor_kind TEXT   COLLATE "C" NOT NULL,
    reason     TEXT   COLLATE "C" NOT NULL,
    address    TEXT   COLLATE "C" NOT NULL,
    user_agent TEXT   COLLATE "C" NOT NULL
);

CREATE TABLE event_mentions (
    user_key TEXT   COLLATE "C" NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (user_key, seq)
);

-- +console Rewrite

DROP TABLE event_details;
DROP TABLE events;
DROP FUNCTION only_append_details();
ALTER TABLE events_rewritten RENAME TO events;

ALTER TABLE events ADD CONSTRAINT events_pkey PRIMARY KEY (seq);
ALTER TABLE event_changes ADD CONSTRAINT event_changes_pkey PRIMARY KEY (seq), ADD CONSTRAINT event_changes_seq_fkey FOREIGN KEY (seq) REFERENCES events (seq);
ALTER TABLE event_actors ADD CONSTRAINT event_actors_pkey PRIMARY KEY (seq), ADD CONSTRAINT event_actors_seq_fkey FOREIGN KEY (seq) REFERENCES events (seq);
ALTER TABLE event_mentions ADD CONSTRAINT event_mentions_seq_fkey FOREIGN KEY (seq) REFERENCES events (seq);

CREATE INDEX events_by_actor ON events (actor_key, seq);
CREATE INDEX events_by_target ON events (target_key, seq);
CREATE INDEX events_by_action ON events (action, seq);
CREATE INDEX events_by_time ON events (at, seq);
CREATE INDEX events_by_group ON events (group_id, seq) WHERE group_id <> '';
CREATE INDEX event_changes_by_target ON event_changes (target_id, seq);
CREATE INDEX event_actors_by_actor ON event_actors (actor_id, seq);

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change('events are never changed');
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change('events are never deleted');
CREATE TRIGGER events_are_not_truncated BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('events are never deleted');
CREATE TRIGGER events_are_only_appended BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION only_append();
CREATE TRIGGER event_changes_are_not_changed BEFORE UPDATE ON event_changes FOR EACH ROW EXECUTE FUNCTION refuse_change('parts of events are never changed');
CREATE TRIGGER event_changes_are_not_truncated BEFORE TRUNCATE ON event_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('parts of events are never deleted at once');
CREATE TRIGGER event_actors_are_not_changed BEFORE UPDATE ON event_actors FOR EACH ROW EXECUTE FUNCTION refuse_change('parts of events are never changed');
CREATE TRIGGER event_actors_are_not_truncated BEFORE TRUNCATE ON event_actors FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('parts of events are never deleted at once');

-- +goose StatementBegin
CREATE FUNCTION only_append_parts() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq < (SELECT MAX(seq) FROM events) THEN
        RAISE EXCEPTION 'parts of events are only appended';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

CREATE TRIGGER event_changes_are_only_appended BEFORE INSERT ON event_changes FOR EACH ROW EXECUTE FUNCTION only_append_parts();
CREATE TRIGGER event_actors_are_only_appended BEFORE INSERT ON event_actors FOR EACH ROW EXECUTE FUNCTION only_append_parts();

ANALYZE events, event_changes, event_actors, event_mentions;

-- +goose Up

-- What is for what stands in SQLite's migration of this number.
ALTER TABLE events DROP CONSTRAINT events_via_check,
    ADD CONSTRAINT events_via CHECK (via IN ('session', 'token', 'command', 'schedule', 'provider'));

ALTER TABLE sessions
    ADD COLUMN issuer TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN subject TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN sid TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN confirmed_at TIMESTAMPTZ NOT NULL DEFAULT to_timestamp(0),
    ADD COLUMN asked_at TIMESTAMPTZ NOT NULL DEFAULT to_timestamp(0);
UPDATE sessions SET
    issuer = COALESCE((SELECT i.issuer FROM identities i WHERE i.user_key = sessions.user_key ORDER BY i.signed_in_at DESC, i.issuer, i.subject LIMIT 1), ''),
    subject = COALESCE((SELECT i.subject FROM identities i WHERE i.user_key = sessions.user_key ORDER BY i.signed_in_at DESC, i.issuer, i.subject LIMIT 1), ''),
    confirmed_at = started_at, asked_at = started_at;
ALTER TABLE sessions DROP COLUMN id_token;
CREATE INDEX sessions_by_subject ON sessions (issuer, subject);
CREATE INDEX sessions_by_sid ON sessions (issuer, sid) WHERE sid <> '';

CREATE TABLE logouts (
    digest    BYTEA       NOT NULL PRIMARY KEY,
    issuer    TEXT        COLLATE "C" NOT NULL,
    subject   TEXT        COLLATE "C" NOT NULL,
    sid       TEXT        COLLATE "C" NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX logouts_by_time ON logouts (issued_at);

-- What is searched for and ordered by is folded otherwise: the program fills in again
-- what is empty.
UPDATE users SET search_text = '';

-- A user who has never been seen counts as not seen since they were created.

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION days_of(u users) RETURNS TABLE (what TEXT, day TEXT) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'seen', day_of(GREATEST(u.seen_at, u.created_at)) WHERE u.kind <> 'system' AND u.status = 'active'
    UNION ALL
    SELECT 'updated', day_of(u.updated_at) WHERE u.kind <> 'system'
    UNION ALL
    SELECT 'review', COALESCE(u.review_on, '') WHERE u.kind = 'service' AND u.status = 'active'
    UNION ALL
    SELECT 'unanswered', '' WHERE u.kind = 'service' AND u.responsible_key IS NULL;
END;
-- +goose StatementEnd

DELETE FROM day_tallies WHERE what = 'seen';
INSERT INTO day_tallies (what, day, n) SELECT what, day, COUNT(*) FROM users_on_days WHERE what = 'seen' GROUP BY what, day;

-- damaged_indexes names the indexes that can be rebuilt from their rows and have to be:
-- until then nothing is searched by them.
CREATE TABLE damaged_indexes (
    engine   TEXT        COLLATE "C" NOT NULL,
    name     TEXT        COLLATE "C" NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (engine, name)
);

-- The words of the audit log.

CREATE TABLE search_index (
    name      TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    version   BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq  BIGINT NOT NULL
);

INSERT INTO search_index (name, version, first_seq, last_seq) VALUES ('event_words', 0, 1, 0);

CREATE TABLE event_words_index (
    seq   BIGINT   NOT NULL PRIMARY KEY,
    words TSVECTOR NOT NULL
);

CREATE INDEX event_words_by_word ON event_words_index USING gin (words) WITH (fastupdate = off);

ALTER TABLE event_details DROP COLUMN search_text;

INSERT INTO secrets (name, secret) VALUES ('seal-1', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

CREATE TABLE used_attempts (
    digest    BYTEA       NOT NULL PRIMARY KEY,
    return_to TEXT        COLLATE "C" NOT NULL,
    at        TIMESTAMPTZ NOT NULL
);

CREATE INDEX used_attempts_by_time ON used_attempts (at);

INSERT INTO used_attempts (digest, return_to, at)
    SELECT digest, COALESCE(convert_from(data, 'UTF8')::jsonb ->> 'ReturnTo', '/'), expires_at FROM kept WHERE what = 'attempt';

DELETE FROM kept WHERE what <> 'form';
DROP INDEX kept_by_expiry;
ALTER TABLE kept DROP CONSTRAINT kept_pkey, DROP COLUMN what, ADD PRIMARY KEY (digest);
CREATE INDEX kept_by_expiry ON kept (expires_at);

-- Which identity a refused sign-in of a known user was made with, to be compared with the one that
-- is bound.
ALTER TABLE refused_sign_ins ADD COLUMN issuer TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE refused_sign_ins ADD COLUMN subject TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE refused_sign_ins ADD COLUMN name TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Identities are found by the address that they last came with, in lower case as a user_id is.
UPDATE identities SET address = lower(address) WHERE address <> lower(address);
CREATE INDEX identities_by_address ON identities (address);

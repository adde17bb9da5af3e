-- +goose Up

-- What changes the schema's own texts comes before what writes to the index of the search, which
-- SQLite may otherwise open twice in one transaction.

-- Ways in which an actor came. SQLite cannot drop a constraint; to write the events anew would
-- take minutes where there are millions. So the text of the table is changed in the schema, as
-- sqlite.org/lang_altertable.html, section 7, describes it for constraints that become wider.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'CHECK (via IN (''session'', ''token'', ''command''))',
    'CONSTRAINT events_via CHECK (via IN (''session'', ''token'', ''command'', ''schedule'', ''provider''))')
WHERE type = 'table' AND name = 'events';
PRAGMA writable_schema = RESET;

-- A session knows which session at the provider it comes from, so that the provider can end it
-- (OpenID Connect Back-Channel Logout 1.0). The ID token is kept no longer. The sid of older
-- sessions stays empty: they end by their subject.
ALTER TABLE sessions ADD COLUMN issuer TEXT NOT NULL DEFAULT '';          -- '' where no identity was bound any more
ALTER TABLE sessions ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN sid TEXT NOT NULL DEFAULT '';             -- claim of the ID token; '' without one
ALTER TABLE sessions ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;  -- when the provider last said that the person is signed in there
ALTER TABLE sessions ADD COLUMN asked_at INTEGER NOT NULL DEFAULT 0;      -- when it was last asked; bookkeeping
UPDATE sessions SET
    issuer = COALESCE((SELECT i.issuer FROM identities i WHERE i.user_key = sessions.user_key ORDER BY i.signed_in_at DESC, i.issuer, i.subject LIMIT 1), ''),
    subject = COALESCE((SELECT i.subject FROM identities i WHERE i.user_key = sessions.user_key ORDER BY i.signed_in_at DESC, i.issuer, i.subject LIMIT 1), ''),
    confirmed_at = started_at, asked_at = started_at;
ALTER TABLE sessions DROP COLUMN id_token;
CREATE INDEX sessions_by_subject ON sessions (issuer, subject);
CREATE INDEX sessions_by_sid ON sessions (issuer, sid) WHERE sid <> '';

-- logouts are the logout tokens of the last hour: each counts once, and ends a sign-in that is
-- under way when it comes.
CREATE TABLE logouts (
    digest    BLOB    NOT NULL PRIMARY KEY,                  -- SHA-256 of issuer and jti
    issuer    TEXT    NOT NULL,
    subject   TEXT    NOT NULL,                              -- '' where the token names a session alone
    sid       TEXT    NOT NULL,                              -- '' where it names a subject alone
    issued_at INTEGER NOT NULL
) STRICT;

CREATE INDEX logouts_by_time ON logouts (issued_at);

-- Sign-in attempts travel in the browser's cookie, sealed with the newest of the keys seal-1 to
-- seal-255.
INSERT INTO secrets (name, secret) VALUES ('seal-1', randomblob(32));

-- used_attempts are the sign-in attempts that have signed a person in: each does so once.
CREATE TABLE used_attempts (
    digest    BLOB    NOT NULL PRIMARY KEY,                  -- SHA-256 of the attempt's state
    return_to TEXT    NOT NULL,                              -- path to go to when the browser sends the attempt again
    at        INTEGER NOT NULL
) STRICT;

CREATE INDEX used_attempts_by_time ON used_attempts (at);

-- Attempts that began before cannot be finished. Who comes back from one begins again, and
-- arrives at the page that they wanted. Their digest is of what the cookie holds.
INSERT INTO used_attempts (digest, return_to, at)
    SELECT digest, COALESCE(CASE WHEN json_valid(CAST(data AS TEXT)) THEN json_extract(CAST(data AS TEXT), '$.ReturnTo') END, '/'), expires_at
    FROM kept WHERE what = 'attempt';

-- kept holds forms alone, which were posted when signed out.
ALTER TABLE kept RENAME TO kept_before;
CREATE TABLE kept (
    digest     BLOB    NOT NULL PRIMARY KEY,                 -- SHA-256 of what the browser's cookie holds
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
INSERT INTO kept (digest, data, expires_at) SELECT digest, data, expires_at FROM kept_before WHERE what = 'form';
DROP TABLE kept_before;
CREATE INDEX kept_by_expiry ON kept (expires_at);

-- What is searched for and ordered by is folded otherwise: the program fills in again
-- what is empty.
UPDATE users SET search_text = '';

-- A user who has never been seen counts as not seen since they were created.
DROP VIEW users_on_days;
CREATE VIEW users_on_days (number, what, day) AS
    SELECT number, 'seen', date(MAX(seen_at, created_at) / 1000000, 'unixepoch') FROM users WHERE kind <> 'system' AND status = 'active'
    UNION ALL
    SELECT number, 'updated', date(updated_at / 1000000, 'unixepoch') FROM users WHERE kind <> 'system'
    UNION ALL
    SELECT number, 'review', COALESCE(review_on, '') FROM users WHERE kind = 'service' AND status = 'active'
    UNION ALL
    SELECT number, 'unanswered', '' FROM users WHERE kind = 'service' AND responsible_key IS NULL;
DELETE FROM day_tallies WHERE what = 'seen';
INSERT INTO day_tallies (what, day, n) SELECT what, day, COUNT(*) FROM users_on_days WHERE what = 'seen' GROUP BY what, day;

-- damaged_indexes names the indexes that can be rebuilt from their rows and have to be:
-- until then nothing is searched by them.
CREATE TABLE damaged_indexes (
    engine   TEXT    NOT NULL, -- whose index it is: a copy in the other has built its own
    name     TEXT    NOT NULL,
    found_at INTEGER NOT NULL,
    PRIMARY KEY (engine, name)
) STRICT;

-- The words of the audit log. A name that ends in _index is of what a console builds anew from
-- other rows: it is not copied to another database.

-- search_index says what an index has: the rows from the first to the last, inclusive.
CREATE TABLE search_index (
    name      TEXT    NOT NULL PRIMARY KEY,
    version   INTEGER NOT NULL,                              -- of how words are read; 0: there is no index yet
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL
) STRICT;

INSERT INTO search_index (name, version, first_seq, last_seq) VALUES ('event_words', 0, 1, 0);

-- event_words_index finds events by the words of their details, which the program reads. It
-- keeps no texts, and what is deleted from it is overwritten.
CREATE VIRTUAL TABLE event_words_index USING fts5 (
    words, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
INSERT INTO event_words_index (event_words_index, rank) VALUES ('secure-delete', 1);

ALTER TABLE event_details DROP COLUMN search_text;

-- Which identity a refused sign-in of a known user was made with, to be compared with the one that
-- is bound.
ALTER TABLE refused_sign_ins ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE refused_sign_ins ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE refused_sign_ins ADD COLUMN name TEXT NOT NULL DEFAULT '';

-- Identities are found by the address that they last came with, in lower case as a user_id is.
UPDATE identities SET address = lower(address) WHERE address <> lower(address);
CREATE INDEX identities_by_address ON identities (address);

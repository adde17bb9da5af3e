-- +goose Up

-- A session knows when its person authenticated at the provider, for acts that need it to be
-- recent. Older sessions do not know, and ask again.
ALTER TABLE sessions ADD COLUMN authenticated_at INTEGER; -- claim auth_time; NULL where the provider does not say

-- Tokens.

-- tokens are the API credentials of users. Only the digest of a secret is kept. The row of a token
-- that has ended stays for 90 days.
CREATE TABLE tokens (
    id           TEXT    NOT NULL PRIMARY KEY,               -- tok_…
    digest       BLOB    NOT NULL UNIQUE,                    -- SHA-256 of the secret
    user_key     TEXT    NOT NULL REFERENCES users (key),
    name         TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    hint         TEXT    NOT NULL,                           -- the last four characters of the secret's random part
    role         TEXT    NOT NULL,                           -- the highest role in which it acts: that of the user when it was issued
    scopes       TEXT    NOT NULL,                           -- names, in order, with a space between
    ranges       TEXT    NOT NULL,                           -- CIDR prefixes with a space between; '' for any address
    issued_at    INTEGER NOT NULL,
    issued_by    TEXT    NOT NULL,                           -- key of the user; '' for the command line
    issued_with  TEXT    NOT NULL,                           -- id of the token that the issuer acted with; '' without one
    shown_to     TEXT    NOT NULL,                           -- key of the person who saw the secret; '' for a program
    ends_at      INTEGER NOT NULL,
    issued_until INTEGER NOT NULL,                           -- ends_at as issued; a rotation sets ends_at to the end of the overlap
    disabled_at  INTEGER,
    revoked_at   INTEGER,
    replaces     TEXT    NOT NULL,                           -- id of the token that it succeeds; '' for none
    replaced_by  TEXT    NOT NULL,                           -- id of its successor; '' for none
    rotated_at   INTEGER,                                    -- when the successor was issued
    used_at      INTEGER,                                    -- last use that was not refused; this and the next two: bookkeeping
    used_address TEXT    NOT NULL DEFAULT '',
    used_tool    TEXT    NOT NULL DEFAULT '',
    used_on      TEXT    NOT NULL                            -- UTC date of the last use, or of its issue while it is not used
) STRICT;

CREATE INDEX tokens_by_user ON tokens (user_key, issued_at);
CREATE INDEX tokens_by_end ON tokens (ends_at);
CREATE INDEX tokens_by_revocation ON tokens (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX tokens_by_shown_to ON tokens (shown_to) WHERE shown_to <> '';

-- Of the tokens that may give access, what the views of the directory ask for.
CREATE INDEX tokens_ending ON tokens (ends_at, user_key, replaced_by) WHERE revoked_at IS NULL AND disabled_at IS NULL;
CREATE INDEX tokens_unused ON tokens (used_on, ends_at, user_key) WHERE revoked_at IS NULL AND disabled_at IS NULL;
CREATE INDEX tokens_known ON tokens (shown_to, ends_at, user_key) WHERE revoked_at IS NULL AND disabled_at IS NULL AND shown_to <> '' AND shown_to <> user_key;

-- token_uses are the uses of tokens for each client and day. A client is a tool in a network, or an
-- asking system that was shown the token. Bookkeeping.
CREATE TABLE token_uses (
    token      TEXT    NOT NULL REFERENCES tokens (id),
    day        TEXT    NOT NULL,                             -- 2006-01-02, in UTC
    asker      TEXT    NOT NULL,                             -- key of the asking system; '' where the token was used here
    tool       TEXT    NOT NULL,                             -- name and version, such as roboto-sdk 0.62; '' where there is none, or many
    network    TEXT    NOT NULL,                             -- IPv4 address, IPv4 /24 or IPv6 /64; '' where it is not known, or many
    address    TEXT    NOT NULL,                             -- the last one in the network
    uses       INTEGER NOT NULL,                             -- that were not refused
    refused    INTEGER NOT NULL,
    hours      INTEGER NOT NULL,                             -- bit n: in the hour from n o'clock UTC; refused ones, too
    first_at   INTEGER,                                      -- the first use on that day that was not refused
    last_at    INTEGER,                                      -- the last one
    refused_at INTEGER,                                      -- the last one that was refused
    PRIMARY KEY (token, day, asker, tool, network)
) STRICT, WITHOUT ROWID;

CREATE INDEX token_uses_by_day ON token_uses (day);

-- token_clients_struck are the clients that need not be seen with the successor of a token.
CREATE TABLE token_clients_struck (
    token   TEXT    NOT NULL REFERENCES tokens (id),
    asker   TEXT    NOT NULL,
    tool    TEXT    NOT NULL,                                -- name without version
    network TEXT    NOT NULL,
    by_key  TEXT    NOT NULL,                                -- of the user who struck it off; '' for the command line
    at      INTEGER NOT NULL,
    PRIMARY KEY (token, asker, tool, network)
) STRICT;

-- introspections are what other systems last asked about tokens, and were answered. Bookkeeping.
CREATE TABLE introspections (
    asker_key TEXT    NOT NULL REFERENCES users (key),
    token     TEXT    NOT NULL,                              -- id; '' for secrets that are not of a token
    asked_at  INTEGER NOT NULL,
    active    INTEGER NOT NULL,
    role      TEXT    NOT NULL,                              -- the one that was answered; '' where it was not active
    PRIMARY KEY (asker_key, token)
) STRICT;

CREATE INDEX introspections_by_token ON introspections (token);

-- done_requests are the requests that were done: forms, and calls of the API with an
-- idempotency key. One that is sent again is not done again. Each row is written in the
-- transaction of its change.
CREATE TABLE done_requests (
    key         TEXT    NOT NULL PRIMARY KEY,    -- frm_… of a form, api_… of a call; with /N for item N of a batch
    actor_key   TEXT    NOT NULL,                -- who sent it
    user_key    TEXT    NOT NULL,                -- whom it was about; empty for none
    seq         INTEGER NOT NULL,                -- the first event of the change; 0 if it changed nothing
    at          INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    fingerprint TEXT    NOT NULL,                -- of what was sent under the key; empty where the key says it
    answer      BLOB                             -- the same again, without secrets
) STRICT;

INSERT INTO done_requests (key, actor_key, user_key, seq, at, expires_at, fingerprint)
    SELECT key, actor_key, '', seq, at, at + 604800000000, '' FROM done_forms;

DROP TABLE done_forms;

CREATE INDEX done_requests_by_time ON done_requests (expires_at);

-- Browser sign-in of programs.

-- credential_requests are the requests of programs for a token that a person has approved or
-- refused. Before that, a request is in its id alone.
CREATE TABLE credential_requests (
    digest     BLOB    NOT NULL PRIMARY KEY,                 -- SHA-256 of the request's id
    decided_by TEXT    NOT NULL,                             -- key of the person
    user_key   TEXT    NOT NULL,                             -- for whom the token is issued; '' where refused
    code       BLOB    NOT NULL,                             -- SHA-256 of the authorization code; empty where refused
    token      TEXT    NOT NULL,                             -- id of the token that was issued for the code; '' until then
    decided_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL                              -- of the request
) STRICT;

CREATE INDEX credential_requests_by_expiry ON credential_requests (expires_at);

-- Erasure.

-- erasures are the deleted users whose personal data is to be erased from the history, or is
-- being erased. A row goes when all of it is gone.
CREATE TABLE erasures (
    user_key  TEXT    NOT NULL PRIMARY KEY,
    due_at    INTEGER NOT NULL,
    begun     INTEGER NOT NULL CONSTRAINT erasures_begun CHECK (begun IN (0, 1)),
    after_seq INTEGER NOT NULL,                              -- the events up to this one are done
    last_seq  INTEGER NOT NULL                               -- and those up to this one are to be done; 0 before the first are
) STRICT;

ALTER TABLE search_index ADD COLUMN erasures INTEGER NOT NULL DEFAULT 0; -- how often words of erased events were deleted

-- What is deleted from the index of the directory's search is gone, as from that of the log.
INSERT INTO users_search (users_search, rank) VALUES ('secure-delete', 1);

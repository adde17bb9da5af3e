-- +goose Up

-- What is for what stands in SQLite's migration of this number.
ALTER TABLE sessions ADD COLUMN authenticated_at TIMESTAMPTZ;

-- Tokens.

CREATE TABLE tokens (
    id           TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    digest       BYTEA       NOT NULL UNIQUE,
    user_key     TEXT        COLLATE "C" NOT NULL REFERENCES users (key),
    name         TEXT        COLLATE "C" NOT NULL,
    description  TEXT        COLLATE "C" NOT NULL,
    hint         TEXT        COLLATE "C" NOT NULL,
    role         TEXT        COLLATE "C" NOT NULL,
    scopes       TEXT        COLLATE "C" NOT NULL,
    ranges       TEXT        COLLATE "C" NOT NULL,
    issued_at    TIMESTAMPTZ NOT NULL,
    issued_by    TEXT        COLLATE "C" NOT NULL,
    issued_with  TEXT        COLLATE "C" NOT NULL,
    shown_to     TEXT        COLLATE "C" NOT NULL,
    ends_at      TIMESTAMPTZ NOT NULL,
    issued_until TIMESTAMPTZ NOT NULL,
    disabled_at  TIMESTAMPTZ,
    revoked_at   TIMESTAMPTZ,
    replaces     TEXT        COLLATE "C" NOT NULL,
    replaced_by  TEXT        COLLATE "C" NOT NULL,
    rotated_at   TIMESTAMPTZ,
    used_at      TIMESTAMPTZ,
    used_address TEXT        COLLATE "C" NOT NULL DEFAULT '',
    used_tool    TEXT        COLLATE "C" NOT NULL DEFAULT '',
    used_on      TEXT        COLLATE "C" NOT NULL
);

CREATE INDEX tokens_by_user ON tokens (user_key, issued_at);
CREATE INDEX tokens_by_end ON tokens (ends_at);
CREATE INDEX tokens_by_revocation ON tokens (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX tokens_by_shown_to ON tokens (shown_to) WHERE shown_to <> '';
CREATE INDEX tokens_ending ON tokens (ends_at, user_key, replaced_by) WHERE revoked_at IS NULL AND disabled_at IS NULL;
CREATE INDEX tokens_unused ON tokens (used_on, ends_at, user_key) WHERE revoked_at IS NULL AND disabled_at IS NULL;
CREATE INDEX tokens_known ON tokens (shown_to, ends_at, user_key) WHERE revoked_at IS NULL AND disabled_at IS NULL AND shown_to <> '' AND shown_to <> user_key;

CREATE TABLE token_uses (
    token      TEXT        COLLATE "C" NOT NULL REFERENCES tokens (id),
    day        TEXT        COLLATE "C" NOT NULL,
    asker      TEXT        COLLATE "C" NOT NULL,
    tool       TEXT        COLLATE "C" NOT NULL,
    network    TEXT        COLLATE "C" NOT NULL,
    address    TEXT        COLLATE "C" NOT NULL,
    uses       BIGINT      NOT NULL,
    refused    BIGINT      NOT NULL,
    hours      BIGINT      NOT NULL,
    first_at   TIMESTAMPTZ,
    last_at    TIMESTAMPTZ,
    refused_at TIMESTAMPTZ,
    PRIMARY KEY (token, day, asker, tool, network)
);

CREATE INDEX token_uses_by_day ON token_uses (day);

CREATE TABLE token_clients_struck (
    token   TEXT        COLLATE "C" NOT NULL REFERENCES tokens (id),
    asker   TEXT        COLLATE "C" NOT NULL,
    tool    TEXT        COLLATE "C" NOT NULL,
    network TEXT        COLLATE "C" NOT NULL,
    by_key  TEXT        COLLATE "C" NOT NULL,
    at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (token, asker, tool, network)
);

CREATE TABLE introspections (
    asker_key TEXT        COLLATE "C" NOT NULL REFERENCES users (key),
    token     TEXT        COLLATE "C" NOT NULL,
    asked_at  TIMESTAMPTZ NOT NULL,
    active    BOOLEAN     NOT NULL,
    role      TEXT        COLLATE "C" NOT NULL,
    PRIMARY KEY (asker_key, token)
);

CREATE INDEX introspections_by_token ON introspections (token);

-- done_requests are the requests that were done, see the migration of SQLite.
CREATE TABLE done_requests (
    key         TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    actor_key   TEXT        COLLATE "C" NOT NULL,
    user_key    TEXT        COLLATE "C" NOT NULL,
    seq         BIGINT      NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    expires_at  TIMESTAMPTZ NOT NULL,
    fingerprint TEXT        COLLATE "C" NOT NULL,
    answer      BYTEA
);

INSERT INTO done_requests (key, actor_key, user_key, seq, at, expires_at, fingerprint)
    SELECT key, actor_key, '', seq, at, at + INTERVAL '7 days', '' FROM done_forms;

DROP TABLE done_forms;

CREATE INDEX done_requests_by_time ON done_requests (expires_at);

CREATE TABLE credential_requests (
    digest     BYTEA       NOT NULL PRIMARY KEY,
    decided_by TEXT        COLLATE "C" NOT NULL,
    user_key   TEXT        COLLATE "C" NOT NULL,
    code       BYTEA       NOT NULL,
    token      TEXT        COLLATE "C" NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX credential_requests_by_expiry ON credential_requests (expires_at);

-- Erasure.

CREATE TABLE erasures (
    user_key  TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    due_at    TIMESTAMPTZ NOT NULL,
    begun     BOOLEAN     NOT NULL,
    after_seq BIGINT      NOT NULL,
    last_seq  BIGINT      NOT NULL
);

ALTER TABLE search_index ADD COLUMN erasures BIGINT NOT NULL DEFAULT 0;

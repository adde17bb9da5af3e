-- +goose Up

-- saved_views are addresses of the directory that somebody wants to come back to.
CREATE TABLE saved_views (
    id         TEXT    NOT NULL PRIMARY KEY,                 -- viw_…
    owner_key  TEXT    NOT NULL REFERENCES users (key),
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL,                             -- what follows the ? in the address
    shared     INTEGER NOT NULL CHECK (shared IN (0, 1)),    -- 1 if everyone who sees the directory sees it
    created_at INTEGER NOT NULL,
    UNIQUE (owner_key, name)
) STRICT;

CREATE INDEX saved_views_shared ON saved_views (name) WHERE shared = 1;

-- +goose Up

-- What only this console knows: with it, it tells its own cursors from forged ones.
CREATE TABLE secrets (
    name   TEXT NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL
) STRICT;
INSERT INTO secrets (name, secret) VALUES ('cursors', randomblob(32));

-- +goose Up

-- done_forms are the forms that have done what they asked for: one that is sent again is
-- not done again. Each row is written in the transaction of its change.
CREATE TABLE done_forms (
    key       TEXT    NOT NULL PRIMARY KEY,                  -- frm_…, which the page was rendered with
    actor_key TEXT    NOT NULL,                              -- who sent it
    seq       INTEGER NOT NULL,                              -- the first event of the change
    at        INTEGER NOT NULL
) STRICT;

CREATE INDEX done_forms_by_time ON done_forms (at);

-- duties are what one console at a time sees to for all of them.
CREATE TABLE duties (
    name   TEXT    NOT NULL PRIMARY KEY,
    due_at INTEGER NOT NULL                                  -- not before; whoever moves it on does the work
) STRICT;

INSERT INTO duties (name, due_at) VALUES ('tidy', 0);

-- +goose Up

-- Indexes are the orders that pages are read in. Each ends with the number, as every
-- index of SQLite does, so that rows that are otherwise alike have an order too.
DROP INDEX users_by_name;
DROP INDEX users_by_created;
DROP INDEX users_by_seen;
DROP INDEX users_by_kind;
DROP INDEX users_by_status;
DROP INDEX users_by_role;
DROP INDEX users_by_responsible;

CREATE INDEX users_by_name ON users (sort_name);
CREATE INDEX users_by_created ON users (created_at);
CREATE INDEX users_by_seen ON users (seen_at);
CREATE INDEX users_by_updated ON users (updated_at);
CREATE INDEX users_of_facet_by_name ON users (kind, role, status, sort_name);
CREATE INDEX users_of_facet_by_id ON users (kind, role, status, user_id);
CREATE INDEX users_of_facet_by_created ON users (kind, role, status, created_at);
CREATE INDEX users_of_facet_by_seen ON users (kind, role, status, seen_at);
CREATE INDEX users_by_responsible ON users (responsible_key) WHERE responsible_key IS NOT NULL;
CREATE INDEX users_unanswered ON users (sort_name) WHERE kind = 'service' AND responsible_key IS NULL;
CREATE INDEX users_by_review ON users (COALESCE(review_on, '')) WHERE kind = 'service' AND status = 'active';

-- What a search looks in is spelled by the program, which fills in again what is empty.
CREATE INDEX users_to_spell ON users (search_text) WHERE search_text = '';
UPDATE users SET search_text = '';

-- users_search finds rows by any three characters of their search_text.
CREATE VIRTUAL TABLE users_search USING fts5 (
    search_text, content = 'users', content_rowid = 'number', detail = none, tokenize = 'trigram case_sensitive 1'
);

-- +goose StatementBegin
CREATE TRIGGER users_search_insert AFTER INSERT ON users WHEN NEW.search_text <> ''
BEGIN
    INSERT INTO users_search (rowid, search_text) VALUES (NEW.number, NEW.search_text);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER users_search_delete AFTER DELETE ON users WHEN OLD.search_text <> ''
BEGIN
    INSERT INTO users_search (users_search, rowid, search_text) VALUES ('delete', OLD.number, OLD.search_text);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER users_search_update AFTER UPDATE OF search_text ON users WHEN NEW.search_text <> OLD.search_text
BEGIN
    INSERT INTO users_search (users_search, rowid, search_text)
        SELECT 'delete', OLD.number, OLD.search_text WHERE OLD.search_text <> '';
    INSERT INTO users_search (rowid, search_text)
        SELECT NEW.number, NEW.search_text WHERE NEW.search_text <> '';
END;
-- +goose StatementEnd

-- tallies counts the users of each facet: of those alike in kind, role and status.
CREATE TABLE tallies (
    kind   TEXT    NOT NULL,
    role   TEXT    NOT NULL,
    status TEXT    NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (kind, role, status)
) STRICT, WITHOUT ROWID;

-- day_tallies counts the users whom a view shows from some day on, or until it.
--   seen        active, no system user: by the day they were last seen
--   updated     no system user: by the day of the last change
--   review      active service user: by the day of the review; '' without one
--   unanswered  service user that nobody answers for: ''
CREATE TABLE day_tallies (
    what TEXT    NOT NULL CHECK (what IN ('seen', 'updated', 'review', 'unanswered')),
    day  TEXT    NOT NULL,                                   -- YYYY-MM-DD, UTC
    n    INTEGER NOT NULL,
    PRIMARY KEY (what, day)
) STRICT, WITHOUT ROWID;

-- users_on_days says in which of the day_tallies each user counts.
CREATE VIEW users_on_days (number, what, day) AS
    SELECT number, 'seen', date(seen_at / 1000000, 'unixepoch') FROM users WHERE kind <> 'system' AND status = 'active'
    UNION ALL
    SELECT number, 'updated', date(updated_at / 1000000, 'unixepoch') FROM users WHERE kind <> 'system'
    UNION ALL
    SELECT number, 'review', COALESCE(review_on, '') FROM users WHERE kind = 'service' AND status = 'active'
    UNION ALL
    SELECT number, 'unanswered', '' FROM users WHERE kind = 'service' AND responsible_key IS NULL;

INSERT INTO tallies (kind, role, status, n) SELECT kind, role, status, COUNT(*) FROM users GROUP BY kind, role, status;
INSERT INTO day_tallies (what, day, n) SELECT what, day, COUNT(*) FROM users_on_days GROUP BY what, day;

-- +goose StatementBegin
CREATE TRIGGER tallies_insert AFTER INSERT ON users
BEGIN
    INSERT INTO tallies (kind, role, status, n) VALUES (NEW.kind, NEW.role, NEW.status, 1)
        ON CONFLICT (kind, role, status) DO UPDATE SET n = n + 1;
    INSERT INTO day_tallies (what, day, n) SELECT what, day, 1 FROM users_on_days WHERE number = NEW.number
        ON CONFLICT (what, day) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER tallies_delete BEFORE DELETE ON users
BEGIN
    UPDATE tallies SET n = n - 1 WHERE kind = OLD.kind AND role = OLD.role AND status = OLD.status;
    UPDATE day_tallies SET n = n - 1
        WHERE (what, day) IN (SELECT what, day FROM users_on_days WHERE number = OLD.number);
END;
-- +goose StatementEnd

-- Two triggers make one change: before it a user is taken out of where they count, after it put in.

-- +goose StatementBegin
CREATE TRIGGER tallies_update_out BEFORE UPDATE OF role, deactivated, identified, seen_at, updated_at, review_on, responsible_key ON users
BEGIN
    UPDATE tallies SET n = n - 1 WHERE kind = OLD.kind AND role = OLD.role AND status = OLD.status;
    UPDATE day_tallies SET n = n - 1
        WHERE (what, day) IN (SELECT what, day FROM users_on_days WHERE number = OLD.number);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER tallies_update_in AFTER UPDATE OF role, deactivated, identified, seen_at, updated_at, review_on, responsible_key ON users
BEGIN
    INSERT INTO tallies (kind, role, status, n) VALUES (NEW.kind, NEW.role, NEW.status, 1)
        ON CONFLICT (kind, role, status) DO UPDATE SET n = n + 1;
    INSERT INTO day_tallies (what, day, n) SELECT what, day, 1 FROM users_on_days WHERE number = NEW.number
        ON CONFLICT (what, day) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd

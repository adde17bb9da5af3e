-- +goose Up

-- A session knows when its person authenticated at the provider, for acts that need it to be
-- recent. Older sessions do not know, and ask again.
ALTER TABLE sessions ADD COLUMN authenticated_at INTEGER; -- claim auth_time; NULL where the provider does not say

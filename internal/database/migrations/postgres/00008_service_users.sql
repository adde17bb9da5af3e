-- +goose Up

-- What is for what stands in SQLite's migration of this number.
ALTER TABLE sessions ADD COLUMN authenticated_at TIMESTAMPTZ;

-- +goose Up

-- What the next page is to say is kept by the browser now.
ALTER TABLE sessions DROP COLUMN flash;

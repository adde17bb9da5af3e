-- +goose Up

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

-- +goose Up

-- What is searched for and ordered by is folded otherwise: the program fills in again
-- what is empty.
UPDATE users SET search_text = '';

-- A user who has never been seen counts as not seen since they were created.

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION days_of(u users) RETURNS TABLE (what TEXT, day TEXT) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'seen', day_of(GREATEST(u.seen_at, u.created_at)) WHERE u.kind <> 'system' AND u.status = 'active'
    UNION ALL
    SELECT 'updated', day_of(u.updated_at) WHERE u.kind <> 'system'
    UNION ALL
    SELECT 'review', COALESCE(u.review_on, '') WHERE u.kind = 'service' AND u.status = 'active'
    UNION ALL
    SELECT 'unanswered', '' WHERE u.kind = 'service' AND u.responsible_key IS NULL;
END;
-- +goose StatementEnd

DELETE FROM day_tallies WHERE what = 'seen';
INSERT INTO day_tallies (what, day, n) SELECT what, day, COUNT(*) FROM users_on_days WHERE what = 'seen' GROUP BY what, day;

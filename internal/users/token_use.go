package users

import (
	"context"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A tokenUsed is one use of a token, to be counted.
type tokenUsed struct {
	TokenUse
	Token   TokenID // empty where the asking system was shown a secret of no token
	User    Key     // that came with the token; empty with an asker
	Asker   Key     // of the asking system that was shown the token; empty where it was used here
	Role    Role    // in the answer to the asking system
	Refused bool    // as it gave no access
}

// noteUse counts the use of a token. It neither delays nor fails its caller: the use is written
// within three seconds, see [useCollector].
func (s *Service) noteUse(u tokenUsed) { s.uses.add(oneUse(u)) }

// tokensEnded are the tokens that ended before $1.
const tokensEnded = `(SELECT id FROM tokens WHERE ends_at <= $1 OR revoked_at <= $1)`

// endedTokens deletes the tokens that ended longer than [EndedTokensKept] ago, with their uses. It
// reads them first, outside of a write transaction.
func (s *Service) endedTokens(ctx context.Context, now time.Time) (all []bookkeeping, err error) {
	before := database.Time(now.Add(-EndedTokensKept))
	n, err := database.Count(ctx, s.reads(), `SELECT COUNT(*) FROM `+tokensEnded+` AS ended`, before)
	if err != nil || n == 0 {
		return nil, err
	}
	for _, statement := range []string{
		`DELETE FROM token_uses WHERE token IN ` + tokensEnded,
		`DELETE FROM token_clients_struck WHERE token IN ` + tokensEnded,
		`DELETE FROM introspections WHERE token IN ` + tokensEnded,
		`DELETE FROM tokens WHERE id IN ` + tokensEnded,
	} {
		all = append(all, bookkeeping{statement, []any{before}})
	}
	return all, nil
}

// introspected stores the last answer to an asking system about a token.
func introspected(n *useCount) bookkeeping {
	return bookkeeping{`INSERT INTO introspections AS i (asker_key, token, asked_at, active, role)
		SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM users WHERE key = $1) AND ($2 = '' OR EXISTS (SELECT 1 FROM tokens WHERE id = $2))
		ON CONFLICT (asker_key, token) DO UPDATE SET asked_at = excluded.asked_at, active = excluded.active, role = excluded.role
			WHERE i.asked_at <= excluded.asked_at`,
		[]any{n.asker, n.token, database.Time(n.at()), n.role != "", n.role}}
}

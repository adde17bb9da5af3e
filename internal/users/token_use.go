package users

import (
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A tokenUsed is one use of a token that is to be noted.
type tokenUsed struct {
	TokenUse
	Token   TokenID
	Asker   Key  // of the asking system that was shown the token; empty where it was used here
	Refused bool // as it gave no access
}

// noteUse notes the use of a token. It never delays or fails what asked for it.
func (s *Service) noteUse(u tokenUsed) {
	if !u.Refused {
		s.noteSoon(tokenUsedLast(u))
	}
}

// tokenUsedLast notes the last use of a token.
func tokenUsedLast(u tokenUsed) bookkeeping {
	return bookkeeping{`UPDATE tokens SET used_at = $1, used_address = $2, used_tool = $3 WHERE id = $4 AND (used_at IS NULL OR used_at < $1)`,
		[]any{database.Time(u.At), u.Address, u.Tool, u.Token}}
}

// userSeen notes that a user came.
func userSeen(user Key, at time.Time) bookkeeping {
	return bookkeeping{`UPDATE users SET seen_at = $1 WHERE key = $2 AND seen_at < $1`, []any{database.Time(at), user}}
}

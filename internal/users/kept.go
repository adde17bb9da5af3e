package users

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Keep keeps data until it is taken, for ttl at most: a form that was posted when signed
// out. The digest is that of a secret that only the browser has. The oldest goes when
// there are too many. It is bookkeeping.
func (s *Service) Keep(ctx context.Context, digest Digest, data []byte, ttl time.Duration) error {
	now := s.Now()
	return s.note(ctx, addKept(digest, data, now, now.Add(ttl))...)
}

// Take returns what was kept under digest, once. It returns [ErrNotFound] if
// there is nothing, or no longer.
func (s *Service) Take(ctx context.Context, digest Digest) ([]byte, error) {
	data, expires, err := s.takeKept(ctx, digest)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !s.Now().Before(expires) {
		return nil, ErrNotFound // what is too late is gone all the same
	}
	return data, err
}

package users

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Keep stores data until it is taken, for ttl at most: a form that was posted without a session.
// The digest is that of a secret of the browser. Beyond a limit the oldest is deleted. It is
// bookkeeping.
func (s *Service) Keep(ctx context.Context, digest Digest, data []byte, ttl time.Duration) error {
	now := s.Now()
	return s.note(ctx, addKept(digest, data, now, now.Add(ttl))...)
}

// Take returns the data with that digest and deletes it. It returns [ErrNotFound] if there is none
// or it has expired.
func (s *Service) Take(ctx context.Context, digest Digest) ([]byte, error) {
	data, expires, err := s.takeKept(ctx, digest)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !s.Now().Before(expires) {
		return nil, ErrNotFound // expired, and deleted now
	}
	return data, err
}

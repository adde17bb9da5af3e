package users

import "context"

// SortName returns what u is ordered by.
func SortName(u User) string { return u.SortName() }

// EraseFirstStep begins the erasure of a deleted user and does the first step of it. It
// reports whether there are more.
func (s *Service) EraseFirstStep(ctx context.Context, key Key) (more bool, err error) {
	err = s.change(ctx, Command(""), func(tx *changeTx) ([]Event, error) { return tx.erase(ctx, key) })
	if err != nil {
		return false, err
	}
	return s.eraseSome(ctx, key)
}

// ReadToIndex reads the events that are next to be added to the index, and returns what adds
// them.
func (s *Service) ReadToIndex(ctx context.Context) (write func() error, err error) {
	was, err := readIndexState(ctx, s.reads())
	if err != nil {
		return nil, err
	}
	now := was
	if err := s.reads().QueryRowContext(ctx, newestEventSeq).Scan(&now.last); err != nil {
		return nil, err
	}
	events, err := indexedEvents(ctx, s.reads(), was.last+1, now.last)
	return func() error { return s.writeIndex(ctx, was, now, s.eventIndex().add(events)) }, err
}

package userstest

import (
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// CSV is the format of exports in tests.
var CSV = directory.ExportFormat{Name: "csv"}

// A Sink is a [directory.ExportSink] that keeps the user_ids and names it gets.
type Sink struct {
	OnBegin func(total int) error // called by Begin; may be nil
	OnSend  func() error          // called by Send before the users count as sent; may be nil

	Total  int
	Permit *users.Permit
	IDs    []users.ID
	Names  map[users.ID]string
	Sent   int
}

// Begin implements [directory.ExportSink].
func (s *Sink) Begin(total int, permit *users.Permit) error {
	s.Total, s.Permit, s.Names = total, permit, map[users.ID]string{}
	if s.OnBegin != nil {
		return s.OnBegin(total)
	}
	return nil
}

// Add implements [directory.ExportSink].
func (s *Sink) Add(u *directory.Exported) error {
	s.IDs, s.Names[u.ID] = append(s.IDs, u.ID), u.Name
	return nil
}

// Send implements [directory.ExportSink].
func (s *Sink) Send() error {
	if s.OnSend != nil {
		if err := s.OnSend(); err != nil {
			return err
		}
	}
	s.Sent = len(s.IDs)
	return nil
}

// End implements [directory.ExportSink].
func (s *Sink) End(err error) (int, error) { return s.Sent, err }

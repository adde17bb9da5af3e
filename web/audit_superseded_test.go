package web_test

import (
	"database/sql"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// TestListEvents_superseded is what a script gets for a search of the log that newer ones
// of the same person have ended: it is said in the list, and the page stays.
func TestListEvents_superseded(t *testing.T) {
	t.Parallel()
	s := newHistory(t)
	var held []*sql.Conn
	for range s.DB.LongReads().Stats().MaxOpenConnections {
		conn, err := s.DB.LongReads().Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	hx := s.signIn(t, "owner@example.com").with("HX-Request", "true").with("HX-Target", "section#results")
	ended := make(chan page, 3)
	for range 3 {
		go func() { ended <- hx.get(t, "/audit?q=ana") }()
	}
	p := (<-ended).must(t, 422, httperror.Explain(users.ErrSuperseded).Message)
	if to := p.header.Get("HX-Redirect"); to != "" {
		t.Errorf("the page is left for %s", to)
	}
	for _, conn := range held {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	for range 2 {
		(<-ended).must(t, 200)
	}
}

package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// lostRights are ways in which an actor loses the right to a running export.
var lostRights = map[string]struct {
	end func(*testing.T, *site, *browser)
	why users.Revocation
}{

	"deactivation": {func(t *testing.T, s *site, _ *browser) {
		s.signIn(t, "owner@example.com").post(t, "/users/auditor@example.com/deactivate", url.Values{}).must(t, http.StatusSeeOther)
	}, users.RevokedDeactivated},
	"deletion": {func(t *testing.T, s *site, _ *browser) {
		err := s.Delete(t.Context(), s.Owner, "auditor@example.com", users.Deletion{Confirm: "auditor@example.com"})
		if err != nil {
			t.Fatal(err)
		}
	}, users.RevokedDeleted},
	"demotion": {func(t *testing.T, s *site, _ *browser) {
		s.signIn(t, "owner@example.com").post(t, "/users/auditor@example.com/role", url.Values{"role": {"user"}, "version": {"1"}}).must(t, http.StatusSeeOther)
	}, users.RevokedRole},
	"sign-out": {func(t *testing.T, _ *site, b *browser) {
		b.post(t, "/sign-out", url.Values{}).must(t, http.StatusOK)
	}, users.RevokedSession},
}

// TestExportUsers_rightEnds takes the right to an export away while it is being read: no more
// than what was on its way is received, without the end of a whole answer.
func TestExportUsers_rightEnds(t *testing.T) {
	t.Parallel()
	for name, test := range lostRights {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLongSite(t)
			b := s.as(t, users.RoleAuditor)
			rest, _ := b.begin(t, "long")
			test.end(t, s, b)
			s.Clock.Advance(251 * time.Millisecond)
			file, err := io.ReadAll(rest)
			if err == nil || len(file) > 600_000 {
				t.Errorf("got %d bytes, %v", len(file), err)
			}
			ends := s.exportEnds(t)
			if len(ends) != 1 || ends[0][1] != "503" || ends[0][2] != string(test.why) || ends[0][0] == "503" {
				t.Errorf("the history: %v", ends)
			}
			s.signIn(t, "owner@example.com").get(t, "/audit?action=directory.export_ended").must(t, http.StatusOK,
				"Console recorded the end of an export", ends[0][0]+" of 503 users sent")
		})
	}
}

// TestExportUsers_stalled is that a client that takes nothing loses its place in the time that
// it has for a block, and that the history says so.
func TestExportUsers_stalled(t *testing.T) {
	t.Parallel()
	s := newLongSite(t)
	s.app.SetExportPause(50 * time.Millisecond)
	b := s.signIn(t, "owner@example.com")
	rest, _ := b.begin(t, "stalled")
	b.until(t, "stalled", "The file is not whole")
	if file, err := io.ReadAll(rest); err == nil {
		t.Errorf("it ends as if it were whole, after %d bytes", len(file))
	}
	if ends := s.exportEnds(t); len(ends) != 1 || ends[0][2] != string(directory.ExportSlow) {
		t.Errorf("the history: %v", ends)
	}
	s.app.SetExportPause(time.Minute)
	if p := b.post(t, "/users/export", url.Values{"format": {"csv"}}); p.status != http.StatusOK {
		t.Errorf("its place is not free: %d", p.status)
	}
}

// TestExportUsers_fault finds something in the middle that cannot be read: half a
// file never looks like a whole one.
func TestExportUsers_fault(t *testing.T) {
	t.Parallel()
	s := newLongSite(t)
	b := s.signIn(t, "owner@example.com")
	s.pragma(t, `UPDATE users SET channels = 'none' WHERE user_id = 'zoe@example.com'`)
	rest, _ := b.begin(t, "broken")
	if file, err := io.ReadAll(rest); err == nil {
		t.Errorf("it ends as if it were whole, after %d bytes", len(file))
	}
	b.until(t, "broken", "The file is not whole")
	if !strings.Contains(s.log.String(), "export broken off") {
		t.Error("the log does not say so")
	}

	// Compressed, it may break off before anything has left.
	if res, err := b.export(t.Context(), "compressed", "gzip"); err == nil {
		_, err = io.Copy(io.Discard, res.Body)
		if _ = res.Body.Close(); err == nil {
			t.Error("compressed, it ends as if it were whole")
		}
	}

	// Before the first byte it is a fault like any other.
	p := b.post(t, "/users/export", url.Values{"format": {"csv"}, "q": {"zoe"}}).must(t, http.StatusInternalServerError, "Request req_")
	if p.header.Get("Content-Disposition") != "" {
		t.Error("the page for the fault is a file")
	}
}

// TestExportUsers_deadline is that a file may take longer than a page.
func TestExportUsers_deadline(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{server: func(server *http.Server) { server.WriteTimeout = 1 }})
	p := s.signIn(t, "owner@example.com").post(t, "/users/export", url.Values{"format": {"csv"}})
	if got := exportedIDs(t, p.body); p.status != http.StatusOK || len(got) != 1 {
		t.Errorf("got %d, %v", p.status, got)
	}
}

package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// narrow has connections hold little, so that a file is sent only about as far
// as it is read.
func narrow(server *http.Server) {
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(32 << 10)
		}
		return ctx
	}
}

// newLongSite is a site whose directory makes a file of a megabyte. The last in
// it is zoe@example.com.
func newLongSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t, siteOptions{server: narrow, directory: directory.Config{ExportSlice: 100}})
	for i := range 500 {
		_, err := s.AddPerson(t.Context(), s.Owner, users.NewPerson{
			ID: fmt.Sprintf("p%03d@example.com", i), Name: "Person", PictureURL: "https://pictures.example.com/" + strings.Repeat("x", 2000),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AddPerson(t.Context(), s.Owner, users.NewPerson{ID: "zoe@example.com", Name: "Zoe"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// begin begins an export by that name, of which nothing is read yet but the first
// line. Cancelling stop is going away.
func (b *browser) begin(t *testing.T, name string) (rest *bufio.Reader, stop context.CancelFunc) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	res, err := b.export(ctx, name, "identity")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		t.Fatalf("got status %d", res.StatusCode)
	}
	rest = bufio.NewReader(res.Body)
	if head, err := rest.ReadString('\n'); err != nil || !strings.HasPrefix(head, "user_id,") {
		t.Fatalf("got %q, %v", head, err)
	}
	return rest, stop
}

// export asks for an export by that name in an encoding.
func (b *browser) export(ctx context.Context, name, encoding string) (*http.Response, error) {
	form := url.Values{"format": {"csv"}, "export": {name}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.site.server.URL+"/users/export", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Encoding", encoding)
	client := *b.client
	client.Transport = &http.Transport{DisableCompression: true, DisableKeepAlives: true, DialContext: dialNarrow}
	return client.Do(r)
}

// dialNarrow is like narrow, at the other end.
func dialNarrow(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(32 << 10)
	}
	return c, err
}

// until asks again and again until the progress of an export says something.
func (b *browser) until(t *testing.T, name, words string) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(2 * time.Minute); ; <-again.C {
		p := b.get(t, "/users/export/progress?export="+name)
		if strings.Contains(p.text(t), words) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("never says %q but %q", words, p.text(t))
		}
	}
}

// TestExportUsers_slowReader edits a user while an export is being read: the edit does not
// wait, and the file is whole.
func TestExportUsers_slowReader(t *testing.T) {
	t.Parallel()
	s := newLongSite(t)
	b := s.signIn(t, "owner@example.com")
	rest, _ := b.begin(t, "slow")
	if got := s.exportEvents(t); len(got) != 1 {
		t.Errorf("while it is read, the history has %v", got)
	}
	if n := len(s.exportEnds(t)); n != 0 {
		t.Errorf("while it is read, the history has %d ends", n)
	}
	b.until(t, "slow", "of 502 users")
	form := b.get(t, "/users/zoe@example.com/edit").form(t, "/users/zoe@example.com/edit")
	b.post(t, "/users/zoe@example.com/edit", set(form, "name", "Aaron")).must(t, http.StatusSeeOther)

	p := b.get(t, "/users/export/progress?export=slow").must(t, http.StatusOK, "of 502 users")
	if got := p.nodes(t, "progress"); len(got) != 1 || attr(got[0], "max") != "502" || attr(got[0], "value") == "502" {
		t.Errorf("got %s", p.body)
	}
	if other := s.as(t, users.RoleAuditor).get(t, "/users/export/progress?export=slow"); strings.Contains(other.body, "502") {
		t.Errorf("somebody else sees it: %s", other.body)
	}
	file, err := io.ReadAll(rest)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(file), "\r\n"); n != 502 || strings.Count(string(file), "zoe@example.com,") != 1 {
		t.Errorf("got %d lines, ending in %.80q", n, file[len(file)-80:])
	}
	b.until(t, "slow", "Done: 502 users exported")
	s.Clock.Advance(2 * time.Minute)
	if p := b.get(t, "/users/export/progress?export=slow&tries=9").must(t, http.StatusOK, words.ProgressUnknown); strings.Contains(p.body, "502") || strings.Contains(p.body, "hx-get") {
		t.Errorf("it is not forgotten: %s", p.body)
	}
}

// exportEnds returns how the exports ended that have, newest first, as the values of their
// events: how many users, of how many, and why.
func (s *site) exportEnds(t *testing.T) (ends [][3]string) {
	t.Helper()
	found, err := s.History.Events(t.Context(), s.Owner, history.Query{Action: users.ActionExportEnded})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found.Events {
		ends = append(ends, [3]string{e.Changes[1].New, e.Changes[2].New, e.Changes[3].New})
	}
	return ends
}

// exporting has n auditors begin an export each, and returns their browsers and functions that
// abort the exports.
func (s *site) exporting(t *testing.T, n int) (all []*browser, stops []context.CancelFunc) {
	t.Helper()
	for i := range n {
		id := fmt.Sprintf("auditor%d@example.com", i)
		s.Invited(t, id, users.RoleAuditor)
		all = append(all, s.signIn(t, id))
		_, stop := all[i].begin(t, id)
		stops = append(stops, stop)
	}
	return all, stops
}

// TestExportUsers_readerGoes is that one person has one export at a time, a few have theirs at
// once and an owner always, and that clients that go away make room for others.
func TestExportUsers_readerGoes(t *testing.T) {
	t.Parallel()
	s := newLongSite(t)
	form := url.Values{"format": {"csv"}}
	all, stops := s.exporting(t, 3)
	all[0].post(t, "/users/export", form).must(t, http.StatusTooManyRequests, httperror.Explain(users.ErrExporting).Message)
	admin := s.as(t, users.RoleAdmin)
	p := admin.post(t, "/users/export", form).must(t, http.StatusTooManyRequests, httperror.Explain(users.ErrExporting).Message)
	if p.header.Get("Retry-After") == "" || p.header.Get("Content-Disposition") != "" {
		t.Errorf("got %v", p.header)
	}
	if p := s.as(t, users.RoleOwner).post(t, "/users/export", form); p.status != http.StatusOK {
		t.Errorf("an owner got %d: %s", p.status, p.text(t))
	}
	for i, b := range all {
		stops[i]()
		b.until(t, fmt.Sprintf("auditor%d@example.com", i), "broke off")
	}
	for _, b := range []*browser{all[0], admin} {
		if p := b.post(t, "/users/export", form); p.status != http.StatusOK {
			t.Errorf("got %d: %s", p.status, p.text(t))
		}
	}
	gone := 0
	for _, end := range s.exportEnds(t) {
		if end[2] == string(directory.ExportGone) && end[0] != end[1] {
			gone++
		}
	}
	if log := s.log.String(); strings.Contains(log, "broken off") || gone != 3 {
		t.Errorf("the log makes a fault of it, or the history has %d exports whose clients went away", gone)
	}
}

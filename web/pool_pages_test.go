package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
)

// TestProviderTakesNoWorker has a sign-in wait for the provider, with one worker for all pages:
// other pages are answered meanwhile.
func TestProviderTakesNoWorker(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.app.SetWorkers(1)
	b := s.as(t, users.RoleUser)
	s.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Token] = authtest.Holds })
	stranger := s.browser(t)
	callback := stranger.callback(t)
	calls, done := s.op.Calls(authtest.Token), make(chan error)
	go func() {
		res, err := stranger.client.Get(s.server.URL + callback)
		if err == nil {
			err = res.Body.Close()
		}
		done <- err
	}()
	s.op.WaitForCalls(t, authtest.Token, calls+1)
	b.get(t, "/profile").must(t, http.StatusOK)
	s.op.Release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestAllWorkersAreBusy asks for a page, a call and a form while the workers of each are busy:
// they wait and are answered afterwards. What a proxy asks for is answered meanwhile.
func TestAllWorkersAreBusy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.app.SetWorkers(1)
	release := s.app.OccupyWorkers(t.Context())
	answered := make(chan int, 3)
	for _, r := range []*http.Request{
		httptest.NewRequestWithContext(t.Context(), "GET", "/sign-in", nil),
		httptest.NewRequestWithContext(t.Context(), "GET", "/v1/users", nil),
		httptest.NewRequestWithContext(t.Context(), "POST", "/users/new", nil),
	} {
		go func() { answered <- s.answer(r) }()
	}
	s.browser(t).get(t, "/healthz").must(t, http.StatusOK)
	s.browser(t).get(t, "/readyz").must(t, http.StatusOK)
	select {
	case status := <-answered:
		t.Errorf("answered with %d while no worker was free", status)
	default:
	}
	release()
	if got, want := <-answered+<-answered+<-answered, http.StatusOK+2*http.StatusUnauthorized; got != want {
		t.Errorf("got statuses with the sum %d, want %d", got, want)
	}
}

// answer returns the status of the answer to a request.
func (s *site) answer(r *http.Request) int {
	w := httptest.NewRecorder()
	s.app.Handler().ServeHTTP(w, r)
	return w.Code
}

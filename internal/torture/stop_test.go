package torture

import (
	"testing"

	"github.com/roboto-ai/console/internal/auth/authtest"
)

// TestStopWithoutLoss replaces consoles behind a proxy with health checks, under load: no
// request may fail.
func TestStopWithoutLoss(t *testing.T) {
	t.Parallel()
	for name, newDatabase := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rounds := 2
			if full() {
				rounds = 25
			}
			p, op, owners := newProxy(t), authtest.New(t), people(6)
			s := newSettings(newDatabase(t), p.url, op, owners)
			s["CONSOLE_TRUSTED_PROXIES"] = "127.0.0.1"
			consoles := []*served{p.serveBy(t, s), p.serveBy(t, s)}
			clients, y := signInAll(t, p.url, op, owners, 1)
			underLoad(t, clients, func() {
				for range rounds {
					for i := range consoles {
						consoles[i].stop(t)
						consoles[i] = p.serveBy(t, s)
					}
				}
			})
			y.check(t)
		})
	}
}

// A served is a console behind a proxy.
type served struct {
	*console
	behind *backend
}

// serveBy starts a console behind the proxy.
func (p *proxy) serveBy(t *testing.T, s settings) *served {
	t.Helper()
	c := s.start(t)
	return &served{c, p.add(t, c.address)}
}

// stop stops the console, and removes it from the proxy after the proxy's health check has
// failed.
func (s *served) stop(t *testing.T) {
	t.Helper()
	s.console.stop(t)
	s.behind.forget()
}

package web_test

import (
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/roboto-ai/console/web"
)

// another starts a second console on the directory of s, behind the same name: what
// people see of two consoles and a proxy that sends them to either. They share the
// database and the provider, and nothing else.
func (s *site) another(t *testing.T) *site {
	t.Helper()
	base, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	config := s.config(base)
	config.Users = s.Another(t)
	app, err := web.New(config)
	if err != nil {
		t.Fatal(err)
	}
	other := &site{Directory: s.Directory, app: app, op: s.op, log: s.log}
	other.server = httptest.NewServer(app.Handler())
	t.Cleanup(other.server.Close)
	return other
}

// on returns the same browser, whose requests the proxy sends to that console.
func (b *browser) on(s *site) *browser { return &browser{s, b.client, b.header} }

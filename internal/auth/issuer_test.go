package auth_test

import (
	"errors"
	"testing"

	"github.com/roboto-ai/console/internal/auth"
)

func TestValidateIssuer(t *testing.T) {
	t.Parallel()
	for issuer, good := range map[string]bool{
		"https://login.example.com":           true,
		"https://login.example.com/":          true,
		"https://login.example.com/realms/a":  true,
		"http://127.0.0.1:8081":               true,
		"http://127.3.2.1":                    true,
		"http://[::1]:8081":                   true,
		"http://localhost:8081":               true,
		"http://login.example.com":            false,
		"http://localhost.example.com":        false,
		"http://10.0.0.7":                     false,
		"http://169.254.169.254":              false,
		"http://0.0.0.0":                      false,
		"ftp://login.example.com":             false,
		"login.example.com":                   false,
		"//login.example.com":                 false,
		"https://":                            false,
		"https:login.example.com":             false,
		"https://user:pass@login.example.com": false,
		"https://login.example.com?tenant=1":  false,
		"https://login.example.com/?":         false,
		"https://login.example.com/#top":      false,
		"https://login.example.com/%zz":       false,
		"":                                    false,
	} {
		if err := auth.ValidateIssuer(issuer); (err == nil) != good {
			t.Errorf("%q: got %v, want it accepted: %v", issuer, err, good)
		}
	}
}

// TestBeginRefusesIssuer checks that a provider with an unsafe issuer is not called.
func TestBeginRefusesIssuer(t *testing.T) {
	t.Parallel()
	for circumstance, issuer := range map[string]string{
		"over plain http":         "http://login.example.com",
		"at the cloud's metadata": "https://169.254.169.254",
		"at the same in IPv6":     "https://[::ffff:169.254.169.254]",
		"on a link-local address": "https://[fe80::1]",
		"on a multicast address":  "https://224.0.0.1",
	} {
		p := auth.NewProvider(auth.Config{Issuer: issuer, ClientID: "console", RedirectURL: callback})
		if _, _, err := p.Begin(t.Context(), auth.BeginOptions{}); !errors.Is(err, auth.ErrUntrusted) {
			t.Errorf("%s: got %v, want %v", circumstance, err, auth.ErrUntrusted)
		}
	}
}

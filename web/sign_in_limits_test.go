package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"
)

// steps are the steps of a sign-in that are limited, and what each answers a stranger
// without cookies.
var steps = map[string]int{"/sign-in/start": http.StatusSeeOther, "/sign-in/callback": http.StatusBadRequest}

// ip6 returns an address of an IPv6 network of 64 bits, in a network of 48.
func ip6(wide, narrow, host int) string {
	return fmt.Sprintf("2001:db8:%x:%x::%x", wide, narrow, host+1)
}

// step takes a step of a sign-in from an IP address, without a browser's cookies.
func (s *site) step(t *testing.T, path, address string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(address), 1).String()
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	s.app.Handler().ServeHTTP(w, r)
	return w
}

// burst takes a step as often as it may be taken at once from addresses, and returns how
// often that was.
func (s *site) burst(t *testing.T, path string, from func(i int) string) int {
	t.Helper()
	for i := range 20_000 {
		switch w := s.step(t, path, from(i), nil); w.Code {
		case steps[path]:
		case http.StatusTooManyRequests:
			if wait, err := strconv.Atoi(w.Header().Get("Retry-After")); err != nil || wait != 1 {
				t.Errorf("Retry-After: %q", w.Header().Get("Retry-After"))
			}
			return i
		default:
			t.Fatalf("%s from %s: status %d", path, from(i), w.Code)
		}
	}
	t.Fatalf("%s is not limited", path)
	return 0
}

// TestSignInLimits takes each step of a sign-in until it is refused, from one address, from
// addresses of one network, and from networks of one customer; others are not hit.
func TestSignInLimits(t *testing.T) {
	for path, welcome := range steps {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			for name, test := range map[string]struct {
				from  func(i int) string
				want  int
				other string // is not hit
				more  int    // may be taken a second later
			}{
				"an IPv4 address":               {func(int) string { return "203.0.113.1" }, 300, "203.0.113.2", 20},
				"addresses of one /64":          {func(i int) string { return ip6(1, 1, i) }, 300, ip6(1, 2, 1), 20},
				"networks of one /48":           {func(i int) string { return ip6(2, i, 1) }, 3000, ip6(3, 1, 1), 200},
				"an IPv4 address, written as 6": {func(int) string { return "::ffff:203.0.113.3" }, 300, "203.0.113.4", 20},
			} {
				if got := s.burst(t, path, test.from); got != test.want {
					t.Errorf("%s: %d at once, want %d", name, got, test.want)
				}
				if got := s.step(t, path, test.other, nil).Code; got != welcome {
					t.Errorf("%s: another gets %d", name, got)
				}
				s.Clock.Advance(time.Second)
				if got := s.burst(t, path, test.from); got != test.more {
					t.Errorf("%s: %d a second later, want %d", name, got, test.more)
				}
			}
		})
	}
}

// TestNothingWiderIsLimited comes from 4,000 customers of one provider of access.
func TestNothingWiderIsLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 4000 {
		if got := s.step(t, "/sign-in/start", ip6(i, 0, 1), nil).Code; got != http.StatusSeeOther {
			t.Fatalf("customer %d gets %d", i, got)
		}
	}
}

// TestOfficeSignsIn has 3,000 people behind one address take both steps of a sign-in within
// five minutes, 300 of them at once: none is refused.
func TestOfficeSignsIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 3000 {
		if i >= 300 {
			s.Clock.Advance(5 * time.Minute / 3000)
		}
		for path, welcome := range steps {
			if got := s.step(t, path, "203.0.113.1", nil).Code; got != welcome {
				t.Fatalf("person %d: %s answers %d", i+1, path, got)
			}
		}
	}
}

// TestNoNavigationIsRefused fetches the steps of a sign-in as a part of another page does,
// more often than any limit: that is refused, and uses up nothing.
func TestNoNavigationIsRefused(t *testing.T) {
	for path, welcome := range steps {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.step(t, path, "203.0.113.9", nil)
			for name, header := range map[string]http.Header{
				"a picture":  {"Sec-Fetch-Dest": {"image"}, "Sec-Fetch-Mode": {"no-cors"}, "Sec-Fetch-Site": {"cross-site"}},
				"a frame":    {"Sec-Fetch-Dest": {"iframe"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Site": {"cross-site"}},
				"a script":   {"Sec-Fetch-Dest": {"empty"}, "Sec-Fetch-Mode": {"cors"}, "Sec-Fetch-Site": {"same-origin"}},
				"a prefetch": {"Sec-Fetch-Dest": {"document"}, "Sec-Purpose": {"prefetch;prerender"}},
			} {
				for range 400 {
					if w := s.step(t, path, "203.0.113.1", header); w.Code != http.StatusBadRequest || w.Header().Get("Set-Cookie") != "" {
						t.Fatalf("%s: status %d, cookie %q", name, w.Code, w.Header().Get("Set-Cookie"))
					}
				}
			}
			for _, header := range []http.Header{nil, {"Sec-Fetch-Dest": {"document"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Site": {"cross-site"}}} {
				if got := s.step(t, path, "203.0.113.1", header).Code; got != welcome {
					t.Errorf("a navigation with %v: status %d", header, got)
				}
			}
		})
	}
}

// TestFetchedCallbackIsNotUsedUp fetches the callback of a sign-in under way as a picture,
// with the browser's cookies: the person finishes it afterwards.
func TestFetchedCallbackIsNotUsedUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	s.op.SignsIn(person("stranger@example.com"))
	callback := b.callback(t)
	b.with("Sec-Fetch-Dest", "image").get(t, callback).must(t, http.StatusBadRequest, "in a tab of your browser")
	b.get(t, callback).must(t, http.StatusForbidden, "not in the directory yet")
}

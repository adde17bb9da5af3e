package users

import "testing"

// TestTracesInTexts is where the address of an erased user is found, and where another one
// that it is a part of.
func TestTracesInTexts(t *testing.T) {
	t.Parallel()
	ana := traces{id: "ana+x@example.com", address: true}
	for text, want := range map[string]bool{
		"ana+x@example.com":                     true,
		"Asked for by ANA+X@example.com.":       true,
		"<ana+x@example.com>, and others":       true,
		"q=ana%2Bx%40example.com&role=admin":    true,
		"q=ana%2bx%40example.com":               true,
		"/users/ana+x@example.com/edit":         true,
		"100% ana+x@example.com":                true,
		"joana+x@example.com":                   false,
		"ana+x@example.com.org":                 false,
		"ana+x@example.community":               false,
		"x.ana+x@example.com":                   false,
		"joana+x@example.com ana+x@example.com": true,
		"":                                      false,
		"anax@example.com":                      false,
	} {
		if got := ana.in(text); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
	if (traces{id: "ana+x@example.com"}).in("ana+x@example.com") {
		t.Error("a user ID that another user has now is looked for")
	}
}

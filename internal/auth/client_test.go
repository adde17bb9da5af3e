package auth

import (
	"errors"
	"net/http"
	"testing"
	"time"
)

// TestDialRefusesLinkLocal dials as the client does once a name has been resolved:
// a name that leads to where clouds keep their secrets is not called either.
func TestDialRefusesLinkLocal(t *testing.T) {
	t.Parallel()
	base, ok := newClient(time.Second).Transport.(transport).base.(*http.Transport)
	if !ok {
		t.Fatal("the client has another transport")
	}
	for _, address := range []string{"169.254.169.254:80", "[fe80::1]:80", "[::ffff:169.254.169.254]:80", "0.0.0.0:80"} {
		conn, err := base.DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		if _, refused := errors.AsType[refusedAnswer](err); !refused {
			t.Errorf("%s: got error %v, want a refusal", address, err)
		}
	}
}

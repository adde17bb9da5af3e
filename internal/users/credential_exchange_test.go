package users

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// TestExchangeIsWholeOrNothing makes each kind of statement of an exchange fail in turn: then
// there is no token, and the code is unused.
func TestExchangeIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{"INSERT ON tokens", "UPDATE ON credential_requests", "INSERT ON events", "INSERT ON event_changes", "INSERT ON event_actors"} {
		s := newTestService(t)
		arrive(t, s)
		ana, err := s.User(t.Context(), Command(""), "leaver@example.com")
		if err != nil {
			t.Fatal(err)
		}
		verifier := strings.Repeat("v", 43)
		sum := sha256.Sum256([]byte(verifier))
		r, err := s.RequestCredential(t.Context(), NewCredentialRequest{
			Challenge: base64.RawURLEncoding.EncodeToString(sum[:]), Method: "S256", Hostname: "laptop", LifetimeDays: 30,
		})
		if err != nil {
			t.Fatal(err)
		}
		code, err := s.ApproveCredentialRequest(t.Context(), Visitor("", "", "").As(ana), r.ID, Approval{As: ana.ID})
		if err != nil {
			t.Fatal(err)
		}
		before := snapshot(t, s)
		if err := s.note(t.Context(), bookkeeping{query: fmt.Sprintf(faults[s.db.Engine()], statement)}); err != nil {
			t.Fatal(err)
		}
		_, secret, err := s.ExchangeCredentialRequest(t.Context(), Actor{}, Exchange{r.ID, code, verifier})
		if err == nil || !strings.Contains(err.Error(), "injected") || secret != "" {
			t.Fatalf("%s: the injected fault hit nothing: %v", statement, err)
		}
		d, err := decisionOn(t.Context(), s.lookUps(), r)
		if err != nil || !d.opensBy(code) || countRows(t, s, "tokens") != 0 || snapshot(t, s) != before {
			t.Errorf("%s: after the fault: decision %+v, %v, %d tokens", statement, d, err, countRows(t, s, "tokens"))
		}
	}
}

// TestTokenNameOfALongHostname names a token for a host name that is longer than a name may be.
func TestTokenNameOfALongHostname(t *testing.T) {
	t.Parallel()
	for _, hostname := range []string{strings.Repeat("h", maxHostname), strings.Repeat("山", maxHostname/3), strings.Repeat("é", maxHostname/2)} {
		name := CredentialRequest{Hostname: hostname}.tokenName()
		if flaw := textFlaw(name, MaxTokenName); flaw != "" || !strings.HasPrefix(hostname, strings.TrimPrefix(name, "roboto auth login on ")) {
			t.Errorf("%s: got %q: %s", hostname, name, flaw)
		}
	}
}

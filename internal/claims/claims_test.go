package claims_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/claims"
	"github.com/roboto-ai/console/internal/users"
)

// TestOf_verified maps what the provider says of the address to the four answers of the domain.
func TestOf_verified(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		identity auth.Identity
		want     users.Verified
	}{
		"true":    {auth.Identity{Verified: new(true)}, users.VerifiedYes},
		"false":   {auth.Identity{Verified: new(false)}, users.VerifiedNo},
		"absent":  {auth.Identity{}, users.VerifiedUnknown},
		"invalid": {auth.Identity{Verified: new(false), Unclear: "email_verified"}, users.VerifiedUnclear},
	} {
		if got := claims.Of(test.identity).Verified; got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

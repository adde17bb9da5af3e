package auth_test

import (
	"errors"
	"testing"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// TestDeeplyNestedJSON nests JSON deeper than encoding/json decodes, in each response of the
// provider. The response is refused, and the next sign-in works.
func TestDeeplyNestedJSON(t *testing.T) {
	t.Parallel()
	var deep any = "bottom"
	for range 20_000 { // twice the limit of encoding/json
		deep = []any{deep}
	}
	for name, lie := range map[string]func(*authtest.Lies){
		"discovery": func(l *authtest.Lies) { l.Discovery["deep"] = deep },
		"token":     func(l *authtest.Lies) { l.Token["deep"] = deep },
		"ID token":  func(l *authtest.Lies) { l.IDToken["deep"] = deep },
		"UserInfo":  func(l *authtest.Lies) { l.UserInfo["deep"] = deep },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(ana)
			op.Lie(lie)
			if _, err := signIn(t, auth.NewProvider(configFor(op)), nil); !errors.Is(err, auth.ErrUntrusted) {
				t.Errorf("got %v, want %v", err, auth.ErrUntrusted)
			}
			op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
			if _, err := signIn(t, auth.NewProvider(configFor(op)), nil); err != nil {
				t.Errorf("after the provider is repaired: %v", err)
			}
		})
	}
}

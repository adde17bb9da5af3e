package auth_test

import (
	"errors"
	"testing"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// TestR13DeepJSON has the provider nest what it tells deeper than anybody reads, in
// each place where JSON of its is read: the answer is refused, and nothing worse
// becomes of it.
func TestR13DeepJSON(t *testing.T) {
	t.Parallel()
	var deep any = "bottom"
	for range 20_000 { // twice as deep as encoding/json goes
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
				t.Errorf("the provider is sane again: %v", err)
			}
		})
	}
}

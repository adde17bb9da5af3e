package users_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// unseal unseals a text and compares the result.
func unseal(t *testing.T, s *users.Service, use, sealed, want string) {
	t.Helper()
	got, err := s.Unseal(t.Context(), use, sealed)
	if want == "" && !errors.Is(err, users.ErrBadSeal) || want != "" && (err != nil || string(got) != want) {
		t.Errorf("Unseal: got %q, %v; want %q", got, err, want)
	}
}

func seal(t *testing.T, s *users.Service, data string) string {
	t.Helper()
	sealed, err := s.Seal(t.Context(), "use", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// TestSeal seals on one console and unseals on another, for the same use and for another, and with
// each byte damaged.
func TestSeal(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	other := d.Another(t)
	sealed := seal(t, d.Service, "data")
	unseal(t, other, "use", sealed, "data")
	unseal(t, other, "another use", sealed, "")
	if again := seal(t, d.Service, "data"); again == sealed {
		t.Error("the same data is sealed alike twice")
	}
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || bytes.Contains(raw, []byte("data")) || len(raw) != len("data")+29 {
		t.Errorf("sealed: %x, %v", raw, err)
	}
	for i := range raw {
		damaged := bytes.Clone(raw)
		damaged[i] ^= 1
		unseal(t, other, "use", base64.RawURLEncoding.EncodeToString(damaged), "")
		unseal(t, other, "use", base64.RawURLEncoding.EncodeToString(raw[:i]), "")
	}
	for _, text := range []string{"", "x", sealed + "A", sealed + "=", strings.ToLower(sealed), "é"} {
		unseal(t, other, "use", text, "")
	}
}

// keyOf returns the id of the key that data was sealed with.
func keyOf(t *testing.T, sealed string) byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	return raw[0]
}

// random is an expression for 32 random bytes.
var random = map[database.Engine]string{
	database.SQLite:     `randomblob(32)`,
	database.PostgreSQL: `sha256(convert_to(gen_random_uuid()::text, 'UTF8'))`,
}

// TestSealKeysRotate adds a key and later deletes the first: consoles seal with the newest within a
// minute, unseal with it at once, and unseal with the first as long as it is there.
func TestSealKeysRotate(t *testing.T) {
	t.Parallel()
	d := userstest.NewAt(t, databasetest.URL(t)) // whose role may write keys
	late := d.Another(t)
	first := seal(t, d.Service, "first")
	unseal(t, late, "use", first, "first")
	exec(t, d, `INSERT INTO secrets (name, secret) VALUES ('seal-2', `+random[databasetest.Engine()]+`)`)
	if keyOf(t, seal(t, d.Service, "x")) != 1 {
		t.Error("the keys are read before a minute has passed")
	}
	d.Clock.Advance(time.Minute)
	second := seal(t, d.Service, "second")
	if keyOf(t, second) != 2 {
		t.Error("after a minute the newest key is not used")
	}
	for _, console := range []*users.Service{late, d.Service} {
		unseal(t, console, "use", second, "second")
		unseal(t, console, "use", first, "first")
	}
	exec(t, d, `DELETE FROM secrets WHERE name = 'seal-1'`)
	unseal(t, d.Another(t), "use", first, "")
	unseal(t, d.Another(t), "use", second, "second")
}

// TestSealWithoutADatabase seals with the known keys while the database does not answer.
func TestSealWithoutADatabase(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	seal(t, d.Service, "x")
	if err := d.DB.Close(); err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(time.Hour)
	unseal(t, d.Service, "use", seal(t, d.Service, "y"), "y")
}

package demodata_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/demodata"
	"github.com/roboto-ai/console/internal/users/userstest"
)

var now = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

// options are those of a demo with n generated users.
func options(n int) demodata.Options {
	return demodata.Options{Users: n, Now: now, Issuer: userstest.Issuer, Subject: func(id string) string { return "sub-" + id }}
}

// A demo is a directory with its readers.
type demo struct {
	*users.Service
	Directory *directory.Service
	History   *history.Service
}

// built builds the directory of o and opens it at the time of o.
func built(t *testing.T, o demodata.Options) *demo {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data", "demo.db")
	if err := demodata.Build(t.Context(), path, o); err != nil {
		t.Fatal(err)
	}
	return opened(t, path, o.Now)
}

// opened opens the directory in a file.
func opened(t *testing.T, path string, now time.Time) *demo {
	t.Helper()
	db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	s := users.NewService(db, users.Config{Now: func() time.Time { return now }})
	t.Cleanup(func() {
		s.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &demo{s, directory.New(db, s, directory.Config{}), history.New(db, s)}
}

// allUsers returns all users by ID.
func allUsers(t *testing.T, s *demo) []users.User {
	t.Helper()
	var all []users.User
	for q := (directory.Query{Sort: "id", Limit: users.MaxLimit}); ; {
		page, err := s.Directory.Users(t.Context(), users.Command(""), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, listed := range page.Users { // lists hold less than the record
			u, err := s.User(t.Context(), users.Command(""), listed.ID)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, u)
		}
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

// eventsOf returns all events, newest first.
func eventsOf(t *testing.T, s *demo) []users.Event {
	t.Helper()
	var all []users.Event
	for q := (history.Query{Limit: users.MaxLimit}); ; {
		page, err := s.History.Events(t.Context(), users.Command(""), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Events...)
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

// TestBuildOfAnySize builds at the ends of days, weeks and years too.
func TestBuildOfAnySize(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		circumstance string
		users        int
		now          time.Time
	}{
		{"only the sample", 0, now},
		{"one", 1, now},
		{"a team", 25, now.Add(11 * time.Hour)},
		{"a small company on a Sunday", 130, time.Date(2027, 2, 28, 0, 0, 1, 0, time.UTC)},
		{"a company on New Year's Eve", 320, time.Date(2027, 12, 31, 23, 59, 59, 999, time.UTC)},
	} {
		t.Run(test.circumstance, func(t *testing.T) {
			t.Parallel()
			o := options(test.users)
			o.Now = test.now
			s := built(t, o)
			if size, err := demodata.Size(t.Context(), s.History); err != nil || size != test.users {
				t.Errorf("size %d, %v; want %d", size, err, test.users)
			}
			const sample = 7 // people in the directory, and a service user
			if got := len(allUsers(t, s)); got != test.users+sample {
				t.Errorf("%d users, want %d and %d of the sample", got, test.users, sample)
			}
		})
	}
}

// TestSize checks how a demo is distinguished from a real directory, which a demo must not
// serve: it signs any visitor in as anyone.
func TestSize(t *testing.T) {
	t.Parallel()
	t.Run("stays when users are added and deleted", func(t *testing.T) {
		t.Parallel()
		s := built(t, options(20))
		owner := users.Command("req")
		if err := s.Delete(t.Context(), owner, "invited@example.com", users.Deletion{Confirm: "invited@example.com"}); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"a@example.com", "b@example.com"} {
			if _, err := s.AddPerson(t.Context(), owner, users.NewPerson{ID: id}); err != nil {
				t.Fatal(err)
			}
		}
		if size, err := demodata.Size(t.Context(), s.History); err != nil || size != 20 {
			t.Errorf("size %d, %v; want 20", size, err)
		}
	})
	t.Run("of a directory that is not a demo", func(t *testing.T) {
		t.Parallel()
		if _, err := demodata.Size(t.Context(), userstest.New(t).History); !errors.Is(err, demodata.ErrNotDemo) {
			t.Errorf("got %v, want ErrNotDemo", err)
		}
	})
	t.Run("of an empty directory", func(t *testing.T) {
		t.Parallel()
		s := opened(t, filepath.Join(t.TempDir(), "console.db"), now)
		if _, err := demodata.Size(t.Context(), s.History); !errors.Is(err, demodata.ErrNotDemo) {
			t.Errorf("got %v, want ErrNotDemo", err)
		}
	})
}

func TestIssuer(t *testing.T) {
	t.Parallel()
	s := built(t, options(0))
	if got, err := demodata.Issuer(t.Context(), s.Service); err != nil || got != userstest.Issuer {
		t.Errorf("got %q, %v; want %q", got, err, userstest.Issuer)
	}
	other := opened(t, filepath.Join(t.TempDir(), "console.db"), now)
	if got, err := demodata.Issuer(t.Context(), other.Service); err != nil || got != "" {
		t.Errorf("of a directory without that owner: %q, %v", got, err)
	}
}

// TestBuildInterrupted checks that an interrupted build leaves no file.
func TestBuildInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	o := options(60)
	o.Progress = func(demodata.Progress) { cancel() }
	if err := demodata.Build(ctx, filepath.Join(dir, "demo.db"), o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestBuildRemovesAbandoned checks that a build removes the folder of a killed one, and not
// that of one that may be running.
func TestBuildRemovesAbandoned(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "demo.db")
	killed, other := path+".filling-killed", path+".filling-other"
	for _, dir := range []string{killed, other} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(killed, long, long); err != nil {
		t.Fatal(err)
	}
	if err := demodata.Build(t.Context(), path, options(0)); err != nil {
		t.Fatal(err)
	}
	got, err := filepath.Glob(path + "*")
	if diff := cmp.Diff([]string{path, other}, got); err != nil || diff != "" {
		t.Errorf("files (-want +got):\n%s%v", diff, err)
	}
}

// TestBuildKeepsAFile checks that a build does not replace a file.
func TestBuildKeepsAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "demo.db")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := demodata.Build(t.Context(), path, options(5)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "mine" {
		t.Errorf("the file holds %q now", got)
	}
}

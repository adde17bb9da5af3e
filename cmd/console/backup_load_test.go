package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
)

// A load is concurrent writers to a directory. It records which changes were acknowledged.
type load struct {
	directory *users.Service
	mu        sync.Mutex
	acked     map[users.ID]string // the last acknowledged name of each user
	events    int64               // the number of acknowledged changes
	stop      context.CancelFunc
	all       sync.WaitGroup
}

// startLoad starts writers to the database at url, which write until end is called.
func startLoad(t *testing.T, url string, writers int) *load {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &load{directory: users.NewService(db, users.Config{Log: slog.New(slog.DiscardHandler)}), acked: map[users.ID]string{}, stop: stop}
	for writer := range writers {
		s.all.Go(func() { s.write(ctx, t, writer) })
	}
	t.Cleanup(func() {
		s.end()
		s.directory.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// write adds and edits users.
func (s *load) write(ctx context.Context, t *testing.T, writer int) {
	by := users.Command("req")
	for n := 0; ctx.Err() == nil; n++ {
		id := users.ID(fmt.Sprintf("robot-%d-%d", writer, n/4))
		name := fmt.Sprintf("Robot %d", n)
		var err error
		if n%4 == 0 {
			_, err = s.directory.CreateServiceUser(ctx, by, users.NewServiceUser{NewPerson: users.NewPerson{ID: string(id), Name: name}})
		} else {
			_, err = s.directory.Edit(ctx, by, id, users.Edit{Fields: users.Fields{Name: &name}})
		}
		if ctx.Err() != nil {
			return // the outcome is unknown
		}
		if err != nil {
			t.Errorf("%s: %v", id, err)
			return
		}
		s.mu.Lock()
		s.acked[id] = name
		s.events++
		s.mu.Unlock()
	}
}

// acknowledged returns the acknowledged changes, and their number.
func (s *load) acknowledged() (map[users.ID]string, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	acked := make(map[users.ID]string, len(s.acked))
	for id, name := range s.acked {
		acked[id] = name
	}
	return acked, s.events
}

// end stops the writers and waits for them.
func (s *load) end() {
	s.stop()
	s.all.Wait()
}

// TestBackupUnderLoad makes backups in other processes under load, and kills some of them. Each
// backup that succeeds is restored and checked: it has all changes that were acknowledged before
// it began, each with its event.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	url := databasetest.URL(t)
	s := startLoad(t, url, 4)
	dir := t.TempDir()
	for round := range databasetest.Rounds(3, 25) {
		backup := filepath.Join(dir, fmt.Sprintf("backup-%d.db", round))
		killedBackup(t, url, backup)
		s.waitForMore(t, 40)
		before, events := s.acknowledged()
		said := processSays(t, "backup", "--replace", "--database", url, backup)
		if !strings.Contains(said, "Backed up") {
			t.Fatalf("it says %q", said)
		}
		restored := "sqlite:" + filepath.Join(t.TempDir(), "console.db")
		processSays(t, "restore", "--database", restored, backup)
		if said := processSays(t, "check", "--database", restored); !strings.Contains(said, "is whole") {
			t.Errorf("the check says %q", said)
		}
		holds(t, restored, before, events)
	}
	s.end()
	if said := processSays(t, "check", "--database", url); !strings.Contains(said, "is whole") {
		t.Errorf("the check of the database itself says %q", said)
	}
}

// killedBackup begins a backup and kills it at some time.
func killedBackup(t *testing.T, url, to string) {
	t.Helper()
	cmd := process("backup", "--replace", "--database", url, to)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Duration(rand.IntN(80))*time.Millisecond, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait()
	timer.Stop()
}

// waitForMore waits until n more changes are acknowledged.
func (s *load) waitForMore(t *testing.T, n int64) {
	t.Helper()
	_, from := s.acknowledged()
	for {
		if _, now := s.acknowledged(); now >= from+n {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal("nothing is written any more")
		}
	}
}

// holds checks that a directory has the acknowledged changes with an event each, and as many
// users as its history.
func holds(t *testing.T, url string, done map[users.ID]string, events int64) {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	directory := users.NewService(db, users.Config{})
	defer directory.Close()
	lost := 0
	for id, name := range done {
		u, err := directory.User(t.Context(), users.Command("req"), id)
		if err != nil || number(u.Name) < number(name) {
			lost++
		}
	}
	var people, created, versions, all int64
	err = db.Reads().QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM events WHERE action = 'user.created'),
		(SELECT SUM(version) FROM users), (SELECT COUNT(*) FROM events)`).Scan(&people, &created, &versions, &all)
	if err != nil {
		t.Fatal(err)
	}
	if lost > 0 || all < events || people != created || versions != all {
		t.Errorf("%d of %d users are lost; %d users and %d created, %d versions and %d events, of which %d were there before",
			lost, len(done), people, created, versions, all, events)
	}
}

// number returns the number at the end of a name.
func number(name string) (n int) {
	_, _ = fmt.Sscanf(name, "Robot %d", &n)
	return n
}

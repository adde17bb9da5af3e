// Package demodata generates the directory of the demo: the sample people, as whom a
// visitor can sign in, and generated people and service users with a history of three
// years. They are the same in every build, with times counted back from the present.
//
// The history is made by the methods of a [users.Service], whose clock the package moves
// from one task to the next. So all rules hold, and each change has its event. Of very many
// users, most are of the years before and have a shorter history; they are loaded in bulk
// ([users.Service.Load]).
package demodata

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// Options are what [Build] generates.
type Options struct {
	Users    int                        // generated people and service users, beside the sample
	Now      time.Time                  // the present, at which the history ends
	Issuer   string                     // of the OpenID provider that people sign in with
	Subject  func(userID string) string // the subject of a person at the provider
	Progress func(Progress)             // called with the progress of the build; may be nil
}

// ErrNotDemo says that [Build] did not make a directory.
var ErrNotDemo = errors.New("not a directory of the demo")

// Build makes a database file at path and fills it as o says. It renames the file to path
// when it is complete: where Build fails or ctx is done, there is no file at path. Build
// returns [fs.ErrExist] if there is one already.
func Build(ctx context.Context, path string, o Options) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("fill %s: %w", path, fs.ErrExist)
	}
	removeAbandoned(path)
	dir := path + filling + strings.ToLower(rand.Text()[:8])
	defer os.RemoveAll(dir)
	unfinished := filepath.Join(dir, "console.db")
	if err := o.write(ctx, unfinished); err != nil {
		return fmt.Errorf("fill %s: %w", path, err)
	}
	if err := publish(unfinished, path); err != nil {
		return fmt.Errorf("fill %s: %w", path, err)
	}
	return nil
}

// filling is in the name of the folder in which a database is built, between the name of
// the file and a random part.
const filling = ".filling-"

// removeAbandoned deletes the folders of builds that were killed: those that nothing has
// been written to for an hour.
func removeAbandoned(path string) {
	left, _ := filepath.Glob(path + filling + "*") // best effort, here and below
	for _, dir := range left {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
}

// write builds the database at path and closes it.
func (o Options) write(ctx context.Context, path string) (err error) {
	db, err := database.Open(ctx, "sqlite:"+path, database.Options{Unsynced: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	detailed, bulked := o.split()
	p, err := newPlan(o, detailed)
	if err != nil {
		return err
	}
	f := newBuilder(db, o, p)
	defer f.Close()
	if err := f.loadBulk(ctx, p, bulked); err != nil {
		return err
	}
	return f.run(ctx, p.tasks)
}

// publish syncs a closed database and renames it, unless there is a file of that name by
// now.
func publish(from, path string) error {
	file, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(from, path)
}

// markPrefix begins the request ID of a demo's first event, which holds how many users were
// generated. Events are neither changed nor deleted, so it holds whatever happens to the
// users.
const markPrefix = "demo_of_"

// mark returns the request ID of the first event of a demo of that size.
func mark(generated int) string { return markPrefix + strconv.Itoa(generated) }

// Size returns how many users [Build] generated, whatever was added and deleted since. It
// returns [ErrNotDemo] if Build did not make the directory.
func Size(ctx context.Context, h *history.Service) (int, error) {
	first, err := h.Event(ctx, users.Command(""), 1)
	if errors.Is(err, users.ErrNotFound) {
		return 0, ErrNotDemo
	} else if err != nil {
		return 0, fmt.Errorf("size of the demo: %w", err)
	}
	number, ok := strings.CutPrefix(first.RequestID, markPrefix)
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return 0, ErrNotDemo
	}
	return n, nil
}

// Issuer returns the issuer of the identity of owner@example.com, empty if there is none. A
// demo whose provider has another issuer cannot serve the directory: its people would not be
// known.
func Issuer(ctx context.Context, s *users.Service) (string, error) {
	owner, err := s.Detail(ctx, users.Command(""), users.ID(sampleOwner))
	if errors.Is(err, users.ErrNotFound) || err == nil && len(owner.Identities) == 0 {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("provider of the demo: %w", err)
	}
	return owner.Identities[0].Issuer, nil
}

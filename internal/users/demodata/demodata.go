// Package demodata fills a new directory for the demo: the sample people whom a
// visitor can be, and generated people and service users with three years of
// history behind them. They are the same at every start, counted back from the
// present.
//
// Everything comes about as in real life, through the methods of a
// [users.Service] whose clock the package moves from one act to the next. So all
// rules hold, and no act is without its event. Where very many are asked for, most
// of them are a crowd that came in the years before, with less of a history; it is
// loaded at once.
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

// Options say what a directory is filled with.
type Options struct {
	Users    int                        // generated people and service users, beside the sample
	Now      time.Time                  // the present, at which the history ends
	Issuer   string                     // the OpenID provider that everyone signs in with
	Subject  func(userID string) string // whom the provider takes a person for
	Progress func(Progress)             // told now and then how far it is; nil: nobody
}

// ErrNotDemo says that a directory was not filled by [Build].
var ErrNotDemo = errors.New("not a directory of the demo")

// Build makes a database file at path and fills it as o says. The file gets its
// name when it is complete: whatever interrupts Build, ctx among it, there is no
// file at path. Build returns [fs.ErrExist] if there is one already.
func Build(ctx context.Context, path string, o Options) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("fill %s: %w", path, fs.ErrExist)
	}
	sweep(path)
	dir := path + filling + strings.ToLower(rand.Text()[:8])
	defer os.RemoveAll(dir)
	unfinished := filepath.Join(dir, "console.db")
	if err := o.write(ctx, unfinished); err != nil {
		return fmt.Errorf("fill %s: %w", path, err)
	}
	if err := give(unfinished, path); err != nil {
		return fmt.Errorf("fill %s: %w", path, err)
	}
	return nil
}

// filling is in the names of the directories in which databases are filled, between
// the name of the file and a random part.
const filling = ".filling-"

// sweep deletes what was left where a program was killed in the middle of
// [Build]: directories that nothing has been written to for an hour.
func sweep(path string) {
	left, _ := filepath.Glob(path + filling + "*") // best effort, here and below
	for _, dir := range left {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
}

// write makes the database in a file of its own and closes it.
func (o Options) write(ctx context.Context, path string) (err error) {
	db, err := database.Open(ctx, "sqlite:"+path, database.Options{Unsynced: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	inStories, inCrowd := o.split()
	p, err := newPlan(o, inStories)
	if err != nil {
		return err
	}
	f := newFill(db, o, p)
	defer f.Close()
	if err := f.comeBefore(ctx, p, inCrowd); err != nil {
		return err
	}
	return f.run(ctx, p.acts)
}

// give brings a closed database to the disk and then to its name, unless someone
// else has taken that in the meantime.
func give(from, path string) error {
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

// markPrefix begins the request id of a demo's very first event, which tells how
// many users were generated. No event is ever changed or deleted, so it holds
// whatever becomes of the users.
const markPrefix = "demo_of_"

// mark returns the request id of the first event of a demo of that size.
func mark(generated int) string { return markPrefix + strconv.Itoa(generated) }

// Size returns how many users were generated when the directory was filled,
// whatever was added and deleted since. It returns [ErrNotDemo] if it was not
// filled by [Build].
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

// Issuer returns the OpenID provider that the directory's owner@example.com signs
// in with, so that a demo at another address can be told that nobody would be
// known there. It is empty if they have none.
func Issuer(ctx context.Context, s *users.Service) (string, error) {
	owner, err := s.Detail(ctx, users.Command(""), users.ID(sampleOwner))
	if errors.Is(err, users.ErrNotFound) || err == nil && len(owner.Identities) == 0 {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("provider of the demo: %w", err)
	}
	return owner.Identities[0].Issuer, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/copying"
	"github.com/roboto-ai/console/internal/database/postgrestest"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/demodata"
)

const (
	viewer = "admin@example.com"  // who opens the pages
	issuer = "http://127.0.0.1:9" // of the generated identities; no provider is there
	agent  = "console-bench"      // as User-Agent, and as the reason of edits
)

// buildConsole builds the console with the answers from memory (build tag bench) and
// returns its path.
func buildConsole(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "console")
	build := exec.CommandContext(ctx, "go", "build", "-tags", "bench", "-trimpath", "-ldflags", "-s -w -X main.unpaced=yes", "-o", program, "./cmd/console")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the console: %w\n%s", err, out)
	}
	return program, nil
}

// directory returns the URL of a directory with that many generated users, on the engine
// that is measured.
func (b *bench) directory(ctx context.Context, size int) (url string, err error) {
	file := filepath.Join(b.dir, fmt.Sprintf("directory-%d.db", size))
	began, shown := time.Now(), 0
	err = demodata.Build(ctx, file, demodata.Options{
		Users: size, Now: began, Issuer: issuer, Subject: subjectOf,
		Progress: func(p demodata.Progress) {
			if tenth := int(10 * p.Share); tenth > shown {
				shown = tenth
				logf("%d %% of %s users (%s) after %s", 10*tenth, numbers.Grouped(size), p.Doing, time.Since(began).Round(time.Second))
			}
		},
	})
	if err != nil && !errors.Is(err, fs.ErrExist) || !b.postgres() {
		return "sqlite:" + file, ignore(err, fs.ErrExist)
	}
	if b.server == nil {
		if b.server, err = postgrestest.Start("shared_buffers=1GB", "maintenance_work_mem=512MB", "max_wal_size=8GB"); err != nil {
			return "", err
		}
	}
	name := fmt.Sprintf("bench_%d", size)
	if err := b.server.Run(ctx, "postgres", `CREATE DATABASE `+name+` ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0`); err != nil {
		return "", err
	}
	logf("Copying %s users to PostgreSQL", numbers.Grouped(size))
	url = b.server.URL(postgrestest.Superuser, name)
	_, err = copying.Run(ctx, "sqlite:"+file, url, copying.Options{})
	return url, err
}

// ignore returns err unless it is expected.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// An openDirectory is a directory that the bench itself has opened, with the viewer
// signed in.
type openDirectory struct {
	*users.Service
	db     *database.DB
	actor  users.Actor
	secret string // of the session
}

// subjectOf returns the subject at the provider of the user with that ID.
func subjectOf(userID string) string { return "bench-" + userID }

// openWithin opens the directory at url in this process.
func openWithin(ctx context.Context, url string) (*openDirectory, error) {
	db, err := database.Open(ctx, url, database.Options{Existing: true})
	if err != nil {
		return nil, err
	}
	d := &openDirectory{Service: users.NewService(db, users.Config{}), db: db, secret: auth.NewSecret()}
	in, err := d.SignIn(ctx,
		users.Claims{Issuer: issuer, Subject: subjectOf(viewer), Address: viewer, Verified: users.VerifiedYes},
		users.Visit{Digest: users.DigestOf(d.secret), Address: "127.0.0.1", UserAgent: agent, RequestID: "bench",
			Attempt: users.Attempt{Digest: users.DigestOf(auth.NewSecret()), ReturnTo: "/"}})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.Settle()
	d.actor = in.Actor("req_aaaaaaaaaaaaaaaaaaaaaaaaaa", "127.0.0.1", agent)
	return d, nil
}

// opened measures what has a name, if it is wanted, with the large directory open beside its console.
func (b *bench) opened(ctx context.Context, name string, measure func(d *openDirectory) error) error {
	if !b.wants(name) {
		return nil
	}
	d, err := openWithin(ctx, b.large.database)
	if err != nil {
		return err
	}
	return errors.Join(measure(d), d.Close())
}

// Close closes the directory.
func (d *openDirectory) Close() error {
	d.Service.Close()
	return d.db.Close()
}

// A person is an active user whom the viewer may edit.
type person struct {
	id         users.ID
	searchText string // what a search looks in
}

// sampleSize is about how many people are picked from a directory.
const sampleSize = 5000

// sample returns people from all over the directory, at even distances.
func sample(ctx context.Context, db *database.DB) (people []person, err error) {
	rows, err := db.Reads().QueryContext(ctx, `SELECT user_id, search_text FROM users
		WHERE number % (SELECT MAX(number) / $1 + 1 FROM users) = 0 AND kind = 'person' AND role = 'user' AND status = 'active' ORDER BY number`, sampleSize)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p person
		if err := rows.Scan(&p.id, &p.searchText); err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	return people, rows.Err()
}

// issueTokens issues a token for each user, for a day, and returns their secrets.
func (d *openDirectory) issueTokens(ctx context.Context, ids ...users.ID) (secrets []string, err error) {
	for _, id := range ids {
		_, secret, err := d.IssueToken(ctx, users.Command("bench"), id, users.NewToken{
			Name: "bench", Lifetime: 24 * time.Hour, Scopes: []users.Scope{users.ScopeEverything},
		})
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

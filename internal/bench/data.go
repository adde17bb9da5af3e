package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// viewer is who looks at the pages: an admin of the demo.
const viewer = "admin@example.com"

// buildConsole builds the console that is measured, the real one with the answers
// from memory beside it, and returns its path.
func buildConsole(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "console")
	build := exec.CommandContext(ctx, "go", "build", "-tags", "bench", "-trimpath", "-ldflags", "-s -w -X main.unpaced=yes", "-o", program, "./cmd/console")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the console: %w\n%s", err, out)
	}
	return program, nil
}

// makeDatabase returns the path of a directory of so many users. The console's
// demo makes it where there is none.
func makeDatabase(ctx context.Context, program, dir string, size int) (string, error) {
	path := filepath.Join(dir, fmt.Sprintf("users-%d.db", size))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	demo := exec.CommandContext(ctx, program, "demo", "--users", strconv.Itoa(size), "--database", "sqlite:"+path, "--listen", "127.0.0.1:0")
	demo.Cancel = func() error { return demo.Process.Signal(syscall.SIGTERM) } // it leaves nothing behind
	demo.Stderr = os.Stderr
	out, err := demo.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := demo.Start(); err != nil {
		return "", err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "The demo is at") {
			break // it is made before that is said
		}
		say("%s", lines.Text())
	}
	_ = demo.Process.Signal(syscall.SIGTERM)
	_, _ = io.Copy(io.Discard, out)
	if err := demo.Wait(); err != nil {
		return "", fmt.Errorf("make a directory of %d users: %w", size, err)
	}
	return path, nil
}

// signIn signs the viewer in to a directory, as the provider of its demo would,
// and returns who is signed in and the secret of the session.
func signIn(ctx context.Context, directory *users.Service) (users.SignedIn, string, error) {
	known, err := directory.Detail(ctx, users.Command("bench"), viewer)
	if err != nil {
		return users.SignedIn{}, "", err
	}
	if len(known.Identities) == 0 {
		return users.SignedIn{}, "", fmt.Errorf("%s has no identity", viewer)
	}
	who := known.Identities[0]
	secret := auth.NewSecret()
	in, err := directory.SignIn(ctx,
		users.Claims{Issuer: who.Issuer, Subject: who.Subject, Address: viewer, Verified: users.VerifiedYes},
		users.Visit{Digest: users.DigestOf(secret), Address: "127.0.0.1", UserAgent: "console-bench", RequestID: "bench",
			Attempt: users.Attempt{Digest: users.DigestOf(auth.NewSecret()), ReturnTo: "/"}})
	directory.Settle()
	return in, secret, err
}

// A person is as much of a user as the bench needs to find them by.
type person struct{ id, name string }

// prospect opens a database that no console uses yet, signs the viewer in, and
// returns the secret of the session and a few thousand people from all over it.
func prospect(ctx context.Context, url string) (secret string, sample []person, err error) {
	db, err := database.Open(ctx, url, database.Options{Existing: true})
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	directory := users.NewService(db, users.Config{})
	defer directory.Close()
	if _, secret, err = signIn(ctx, directory); err != nil {
		return "", nil, err
	}
	sample, err = people(ctx, db)
	return secret, sample, err
}

// people returns some people, evenly spread over the directory.
func people(ctx context.Context, db *database.DB) (sample []person, err error) {
	var most int
	if err := db.Reads().QueryRowContext(ctx, `SELECT MAX(number) FROM users`).Scan(&most); err != nil {
		return nil, err
	}
	rows, err := db.Reads().QueryContext(ctx, `SELECT user_id, COALESCE(name, '') FROM users WHERE number % $1 = 0 AND kind = 'person'`,
		max(most/5000, 1))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p person
		if err := rows.Scan(&p.id, &p.name); err != nil {
			return nil, err
		}
		sample = append(sample, p)
	}
	return sample, rows.Err()
}

// copyFile copies a database that nobody uses.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}

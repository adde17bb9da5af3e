package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// reason is kept with each event that these commands leave.
const reason = "at the command line"

// usersCommand returns the commands that change the directory. They work on the
// database itself, beside a console that runs or without one.
func (p *program) usersCommand() *cli.Command {
	return &cli.Command{
		Name:            "users",
		Usage:           "change the directory from the command line: the way back in when no owner can sign in",
		HideHelpCommand: true,
		Action:          needsCommand,
		OnUsageError:    onUsageError,
		Commands: []*cli.Command{
			p.leaf("set-role", "ID ROLE", "give a user another role: user, auditor, admin or owner",
				(*config).directorySettings, p.withDirectory(setRole)),
			p.leaf("add", "ID", "add a person, who may then sign in with the address ID",
				(*config).addSettings, p.withDirectory(addPerson)),
			p.leaf("reset-sign-in", "ID", "let a person's next sign-in with the verified address ID count as theirs again",
				(*config).directorySettings, p.withDirectory(resetSignIn)),
			p.leaf("add-system", "ID", "add a system user, for the platform itself",
				(*config).directorySettings, p.withDirectory(addSystem)),
		},
	}
}

// addSettings are the settings of the command users add.
func (c *config) addSettings() []*setting {
	return append(c.directorySettings(), &setting{
		name: "role", fallback: string(users.RoleUser), read: into(&c.role, readRole),
		usage: "the person's `ROLE`: user, auditor, admin or owner",
	})
}

// A deed is what a command does in the directory. It returns a sentence that
// says what was done.
type deed func(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error)

// withDirectory returns the action that does do in the directory of the settings,
// as the operator. It makes no database: a mistyped --database is to be noticed.
func (p *program) withDirectory(do deed) action {
	return func(ctx context.Context, c *config, args []string) error {
		return p.visit(ctx, c, c.database, c.databaseOptions(), func(directory *users.Service) error {
			done, err := do(ctx, directory, users.Command("cmd_"+strings.ToLower(rand.Text())), c, args)
			if err != nil {
				return inWords(err, args[0])
			}
			p.say("%s", done)
			return nil
		})
	}
}

// visit runs do in the directory of the database at url, which has to be there.
func (p *program) visit(ctx context.Context, c *config, url string, o database.Options, do func(*users.Service) error) error {
	o.Existing = true
	db, err := database.Open(ctx, url, o)
	if err != nil {
		return err
	}
	defer db.Close()
	directory, err := openDirectory(ctx, db, users.Config{Log: newLog(p.stderr, c)})
	if err != nil {
		return err
	}
	defer directory.Close()
	return do(directory)
}

// setRole does users set-role ID ROLE.
func setRole(ctx context.Context, directory *users.Service, by users.Actor, _ *config, args []string) (string, error) {
	role, err := readRole(args[1])
	if err != nil {
		return "", mistaken("ROLE: %v", err)
	}
	id, err := users.ParseID(args[0])
	if err != nil {
		return "", err
	}
	u, err := directory.User(ctx, by, id)
	if err != nil {
		return "", err
	}
	change := users.RoleChange{Role: role, Version: u.Version, Reason: reason}
	if u, err = directory.ChangeRole(ctx, by, u.ID, change); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s has the role %s.", u.ID, u.Role), nil
}

// addPerson does users add ID.
func addPerson(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error) {
	u, err := directory.AddPerson(ctx, by, users.NewPerson{ID: args[0], Role: c.role})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s was added with the role %s and may sign in.", u.ID, u.Role), nil
}

// resetSignIn does users reset-sign-in ID.
func resetSignIn(ctx context.Context, directory *users.Service, by users.Actor, _ *config, args []string) (string, error) {
	id, err := users.ParseID(args[0])
	if err != nil {
		return "", err
	}
	if err := directory.ResetSignIn(ctx, by, id, reason); err != nil {
		return "", err
	}
	return string(id) + " is signed out, and may sign in with another identity that has this verified address.", nil
}

// addSystem does users add-system ID.
func addSystem(ctx context.Context, directory *users.Service, by users.Actor, _ *config, args []string) (string, error) {
	u, err := directory.AddSystemUser(ctx, by, args[0])
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s was added as a system user.", u.ID), nil
}

// inWords says an answer of the directory as a sentence about the user id. Other
// errors, an InvalidError among them, say enough themselves.
func inWords(err error, id string) error {
	switch {
	case errors.Is(err, users.ErrNotFound):
		return fmt.Errorf("there is no user %s", id)
	case errors.Is(err, users.ErrTaken):
		return fmt.Errorf("there is a user %s already", id)
	case errors.Is(err, users.ErrLastOwner):
		return fmt.Errorf("%s is the last active owner: make somebody else an owner first", id)
	case errors.Is(err, users.ErrUnknown):
		return fmt.Errorf("it is not known whether this was done to %s: the database's answer got lost. All of it was done, or nothing. "+
			"Run the same command again: if it was done, that changes nothing more, or says that the user is there already (%w)", id, err)
	}
	return err
}

// migrate brings the database up to date: opening it does.
func (p *program) migrate(ctx context.Context, c *config, _ []string) error {
	db, err := database.Open(ctx, c.database, c.databaseOptions())
	if err != nil {
		return err
	}
	directory, err := openDirectory(ctx, db, users.Config{Log: newLog(p.stderr, c)})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	directory.Close()
	if err := db.Close(); err != nil {
		return err
	}
	p.say("%s is up to date.", db.Name())
	return nil
}

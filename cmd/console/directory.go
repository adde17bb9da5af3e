package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A directoryCommand does the work of a command in the directory and returns a sentence about
// what was done.
type directoryCommand func(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error)

// withDirectory returns an action that runs do in the directory of the settings, as the operator,
// and prints the sentence it returns.
func (p *program) withDirectory(do directoryCommand) action {
	return func(ctx context.Context, c *config, args []string) error {
		return p.useDirectory(ctx, c, c.database, c.databaseOptions(), func(directory *users.Service) error {
			done, err := do(ctx, directory, users.Command("cmd_"+strings.ToLower(rand.Text())), c, args)
			if err != nil {
				return explain(err, args[0])
			}
			p.say("%s", done)
			return nil
		})
	}
}

// useDirectory runs do in the directory of the database at url. It creates no database: a
// mistyped --database is an error.
func (p *program) useDirectory(ctx context.Context, c *config, url string, o database.Options, do func(*users.Service) error) error {
	return p.useDatabase(ctx, c, url, o, func(_ *database.DB, directory *users.Service) error { return do(directory) })
}

// useDatabase is useDirectory with the database beside the directory.
func (p *program) useDatabase(ctx context.Context, c *config, url string, o database.Options, do func(*database.DB, *users.Service) error) error {
	var shown func()
	o.Existing = true
	o.Migrating, shown = p.showMigrating()
	db, err := database.Open(ctx, url, o)
	shown()
	if err != nil {
		return err
	}
	defer db.Close()
	directory, err := openDirectory(ctx, db, users.Config{Log: newLog(p.stderr, c), TokenLifetime: c.tokenLifetime})
	if err != nil {
		return err
	}
	defer directory.Close()
	return do(db, directory)
}

// explain returns a sentence about the user id for an error of the directory that is an answer.
// Other errors, such as an InvalidError, are returned as they are.
func explain(err error, id string) error {
	if used, ok := errors.AsType[*users.AddressInUseError](err); ok {
		return fmt.Errorf("%s signs in with the address %s. Added as another user, %s may no longer be able to sign in, and the new user "+
			"cannot sign in with the same account at the provider. To add it all the same, use --despite-address-in-use",
			used.By[0].ID, used.Address, used.By[0].ID)
	}
	switch {
	case errors.Is(err, users.ErrNotFound):
		return fmt.Errorf("there is no user %s", id)
	case errors.Is(err, users.ErrTaken):
		return fmt.Errorf("there is a user %s already", id)
	case errors.Is(err, users.ErrLastOwner):
		return fmt.Errorf("%s is the last active owner: make another person an owner first", id)
	case errors.Is(err, users.ErrUnknown):
		return fmt.Errorf("it is not known whether this was done to %s: the database's answer got lost. All of it was done, or nothing. "+
			"Run the same command again: if it was done, that changes nothing more, or says that the user is there already (%w)", id, err)
	}
	return err
}

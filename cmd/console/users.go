package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// defaultReason is the reason of an event where --reason gives none.
const defaultReason = "at the command line"

// usersCommand returns the commands that change the directory. They work on the
// database itself, beside a console that runs or without one.
func (p *program) usersCommand() *cli.Command {
	return &cli.Command{
		Name:            "users",
		Usage:           "list and change users from the command line, also when no owner can sign in",
		HideHelpCommand: true,
		Action:          needsCommand,
		OnUsageError:    onUsageError,
		Commands: []*cli.Command{
			p.leaf("list", "", "list users; an event records it, as it does an export",
				(*config).listSettings, p.listUsers),
			p.leaf("set-role", "ID ROLE", "give a user another role: user, auditor, admin or owner",
				(*config).actSettings, p.withDirectory(setRole)),
			p.leaf("deactivate", "ID", "deactivate a user and end their sessions",
				(*config).deactivateSettings, p.withDirectory(deactivate)),
			p.leaf("end-sessions", "ID", "sign a person out everywhere",
				(*config).actSettings, p.withDirectory(endSessions)),
			p.leaf("add", "ID", "add a person, who may then sign in with the address ID",
				(*config).addSettings, p.withDirectory(addPerson)),
			p.leaf("reset-sign-in", "ID...", "let the next sign-in of each person with the verified address ID count as theirs again",
				(*config).actSettings, p.resetSignIns),
			p.leaf("add-service", "ID", "add a service user, for a program",
				(*config).addServiceSettings, p.withDirectory(addService)),
			p.leaf("erase", "ID...", "delete users, and their personal data from the audit log too; of users deleted before, ID is their user ID or key",
				(*config).eraseSettings, p.eraseUsers),
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
	}, &setting{
		name: "despite-address-in-use", onOff: true, fallback: "false", read: into(&c.despite, readBool),
		usage: "`true` to add the person although another user signs in with that address",
	})
}

// addServiceSettings are the settings of the command users add-service.
func (c *config) addServiceSettings() []*setting {
	return append(c.directorySettings(), &setting{
		name: "role", fallback: string(users.RoleUser), read: into(&c.role, readRole),
		usage: "the service user's `ROLE`: user, auditor or admin",
	}, &setting{
		name: "name", read: into(&c.newName, readText), usage: "its `NAME`",
	}, &setting{
		name: "purpose", read: into(&c.purpose, readText), usage: "`TEXT` on what it is for",
	}, &setting{
		name: "responsible", read: into(&c.responsible, readText), usage: "`ID` of the person who is responsible for it",
	})
}

// actSettings are the settings of a command that gives a reason for what it does.
func (c *config) actSettings() []*setting {
	return append(c.directorySettings(), &setting{
		name: "reason", fallback: defaultReason, read: into(&c.reason, readText),
		usage: "`REASON` that the history keeps",
	})
}

// deactivateSettings are the settings of the command users deactivate.
func (c *config) deactivateSettings() []*setting {
	return append(c.actSettings(), &setting{
		name: "hand-over", read: into(&c.handOver, readText),
		usage: "`ID` of the person who becomes responsible for the user's service users; otherwise they have none",
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
	return p.visitDatabase(ctx, c, url, o, func(_ *database.DB, directory *users.Service) error { return do(directory) })
}

// visitDatabase is visit for what is about the database, too.
func (p *program) visitDatabase(ctx context.Context, c *config, url string, o database.Options, do func(*database.DB, *users.Service) error) error {
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

// setRole does users set-role ID ROLE.
func setRole(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error) {
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
	change := users.RoleChange{Role: role, Version: u.Version, Reason: c.reason}
	if u, err = directory.ChangeRole(ctx, by, u.ID, change); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s has the role %s.", u.ID, u.Role), nil
}

// addPerson does users add ID.
func addPerson(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error) {
	u, err := directory.AddPerson(ctx, by, users.NewPerson{ID: args[0], Role: c.role, Despite: c.despite})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s was added with the role %s and may sign in.", u.ID, u.Role), nil
}

// resetSignIns does users reset-sign-in ID.... It resets none where one of them is not
// there, and otherwise each that can be.
func (p *program) resetSignIns(ctx context.Context, c *config, args []string) error {
	return p.visit(ctx, c, c.database, c.databaseOptions(), func(directory *users.Service) error {
		by := users.Command("cmd_" + strings.ToLower(rand.Text()))
		var errs []error
		for _, arg := range args {
			id, err := users.ParseID(arg)
			if err == nil {
				_, err = directory.User(ctx, by, id)
			}
			if err != nil {
				errs = append(errs, inWords(err, arg))
			}
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
		for _, arg := range args {
			done, err := resetSignIn(ctx, directory, by, c, []string{arg})
			if err != nil {
				errs = append(errs, inWords(err, arg))
				continue
			}
			p.say("%s", done)
		}
		return errors.Join(errs...)
	})
}

// resetSignIn resets the sign-in of one person.
func resetSignIn(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error) {
	id, err := users.ParseID(args[0])
	if err != nil {
		return "", err
	}
	if err := directory.ResetSignIn(ctx, by, id, users.SignInReset{Reason: c.reason}); err != nil {
		return "", err
	}
	u, err := directory.User(ctx, by, id)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is signed out, and may sign in with another identity that has this verified address. The role stays %s.", id, u.Role), nil
}

// deactivate does users deactivate ID.
func deactivate(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error) {
	id, err := users.ParseID(args[0])
	if err != nil {
		return "", err
	}
	ends, err := directory.Consequences(ctx, by, id)
	if err != nil {
		return "", err
	}
	if err := directory.Deactivate(ctx, by, id, users.Departure{Reason: c.reason, HandOver: c.handOver}); err != nil {
		return "", err
	}
	done := string(id) + " is deactivated and signed out."
	if len(ends.AnswersFor) == 0 {
		return done, nil
	}
	var services []string
	for _, u := range ends.AnswersFor {
		services = append(services, string(u.ID))
	}
	return fmt.Sprintf("%s Responsible for %s now: %s.", done, strings.Join(services, ", "), cmp.Or(c.handOver, "no one")), nil
}

// endSessions does users end-sessions ID.
func endSessions(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error) {
	id, err := users.ParseID(args[0])
	if err != nil {
		return "", err
	}
	n, err := directory.EndSessions(ctx, by, id, c.reason)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is signed out. Sessions ended: %d.", id, n), nil
}

// addService does users add-service ID.
func addService(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error) {
	u, err := directory.CreateServiceUser(ctx, by, users.NewServiceUser{
		NewPerson:     users.NewPerson{ID: args[0], Name: c.newName, Role: c.role},
		ServiceFields: users.ServiceFields{Purpose: c.purpose, Responsible: c.responsible},
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s was added as a service user with the role %s. Give it a token: console token create --user %s", u.ID, u.Role, u.ID), nil
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
		return fmt.Errorf("%s is the last active owner: make somebody else an owner first", id)
	case errors.Is(err, users.ErrUnknown):
		return fmt.Errorf("it is not known whether this was done to %s: the database's answer got lost. All of it was done, or nothing. "+
			"Run the same command again: if it was done, that changes nothing more, or says that the user is there already (%w)", id, err)
	}
	return err
}

// migrate brings the database up to date: opening it does.
func (p *program) migrate(ctx context.Context, c *config, _ []string) error {
	var shown func()
	o := c.databaseOptions()
	o.Migrating, shown = p.showMigrating()
	db, err := database.Open(ctx, c.database, o)
	shown()
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

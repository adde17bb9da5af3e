package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/users"
)

// defaultReason is the reason of an event without --reason.
const defaultReason = "at the command line"

// usersCommand returns the commands that change the directory. They open the database
// themselves, whether a console is running or not.
func (p *program) usersCommand() *cli.Command {
	return &cli.Command{
		Name:            "users",
		Usage:           "list and change users from the command line, also when no owner can sign in",
		HideHelpCommand: true,
		Action:          missingCommand,
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

// actSettings are the settings of a command whose events have a reason.
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

// setRole does users set-role ID ROLE.
func setRole(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error) {
	role, err := readRole(args[1])
	if err != nil {
		return "", usageErrorf("ROLE: %v", err)
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

// resetSignIns does users reset-sign-in ID.... It resets none if one of them does not exist, else
// each that can be reset.
func (p *program) resetSignIns(ctx context.Context, c *config, args []string) error {
	return p.useDirectory(ctx, c, c.database, c.databaseOptions(), func(directory *users.Service) error {
		by := users.Command("cmd_" + strings.ToLower(rand.Text()))
		var errs []error
		for _, arg := range args {
			id, err := users.ParseID(arg)
			if err == nil {
				_, err = directory.User(ctx, by, id)
			}
			if err != nil {
				errs = append(errs, explain(err, arg))
			}
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
		for _, arg := range args {
			done, err := resetSignIn(ctx, directory, by, c, []string{arg})
			if err != nil {
				errs = append(errs, explain(err, arg))
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
	if len(ends.ResponsibleFor) == 0 {
		return done, nil
	}
	var services []string
	for _, u := range ends.ResponsibleFor {
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

package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// warnOfSurprises logs what an operator may not expect of the settings: that the database
// is new, and variables that look like settings and are none.
func (p *program) warnOfSurprises(log *slog.Logger, db *database.DB) {
	if db.Created() {
		log.Warn("the database is new: there was none before", "database", db.Name())
	}
	for _, v := range p.unknownVariables() {
		log.Warn("there is no such setting, so this variable has no effect", "variable", v.name, "nearest", v.nearest)
	}
}

// warnOfOwners logs which of the given addresses are not owners, although --owners names
// them: it has an effect only while there is no owner.
func warnOfOwners(ctx context.Context, directory *users.Service, owners []string, log *slog.Logger) error {
	var not []string
	for _, address := range owners {
		u, err := directory.User(ctx, users.Command(""), users.ID(address))
		if err != nil && !errors.Is(err, users.ErrNotFound) {
			return err
		}
		if err != nil || u.Role != users.RoleOwner || u.Status == users.StatusDeactivated {
			not = append(not, address)
		}
	}
	if len(not) > 0 {
		log.Warn("--owners (CONSOLE_OWNERS) has no effect, as there is an owner already: "+
			"console users add ID --role owner, or users set-role ID owner, makes another", "not owners", strings.Join(not, ", "))
	}
	return nil
}

// An unknownVariable is an environment variable that begins with CONSOLE_ and is not read.
type unknownVariable struct {
	name    string
	nearest string // a variable that is read
}

// unknownVariables returns the variables of the environment that look like settings and
// are those of no command. It leaves out those that Kubernetes sets in pods beside a
// Service of the name console, and those of the tests.
func (p *program) unknownVariables() []unknownVariable {
	known := p.variables()
	kubernetes := slices.ContainsFunc(p.environ, func(one string) bool { return strings.HasPrefix(one, "CONSOLE_SERVICE_HOST=") })
	var unknown []unknownVariable
	for _, one := range p.environ {
		name, _, _ := strings.Cut(one, "=")
		switch {
		case !strings.HasPrefix(name, "CONSOLE_"), slices.Contains(known, name), strings.HasPrefix(name, "CONSOLE_TEST_"):
		case kubernetes && (strings.HasPrefix(name, "CONSOLE_SERVICE_") || strings.HasPrefix(name, "CONSOLE_PORT")):
		default:
			unknown = append(unknown, unknownVariable{name, nearest(name, known)})
		}
	}
	slices.SortFunc(unknown, func(a, b unknownVariable) int { return strings.Compare(a.name, b.name) })
	return unknown
}

// nearest returns that of the names which is most like name, compared without the prefix
// that all have; empty if none is like it. Likeness is the share of pairs of letters that
// two names have in common (the Sørensen–Dice coefficient).
func nearest(name string, names []string) string {
	found, best := "", 0.4
	for _, one := range names {
		if likeness := dice(pairs(name), pairs(one)); likeness > best {
			found, best = one, likeness
		}
	}
	return found
}

// pairs returns the pairs of neighbouring letters of a variable's name.
func pairs(name string) map[string]bool {
	name, all := strings.TrimPrefix(name, "CONSOLE_"), map[string]bool{}
	for i := range len(name) - 1 {
		all[name[i:i+2]] = true
	}
	return all
}

// dice returns the Sørensen–Dice coefficient of two sets, of which one is not empty.
func dice(a, b map[string]bool) float64 {
	common := 0
	for pair := range a {
		if b[pair] {
			common++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

// variables returns the environment variables that the program reads, by its commands'
// settings; of a secret also the one that names its file.
func (p *program) variables() []string {
	var names []string
	var look func(cmd *cli.Command)
	look = func(cmd *cli.Command) {
		for _, f := range cmd.Flags {
			if flag, ok := f.(*cli.GenericFlag); ok {
				s := flag.Value.(*setting)
				names = append(names, s.variable())
				if s.secret {
					names = append(names, s.variable()+"_FILE")
				}
			}
		}
		for _, c := range cmd.Commands {
			look(c)
		}
	}
	look(p.command())
	slices.Sort(names)
	return slices.Compact(names)
}

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

// logWarnings warns if the database is new, and of environment variables that look like settings
// and are none.
func (p *program) logWarnings(log *slog.Logger, db *database.DB) {
	if db.Created() {
		log.Warn("the database is new: there was none before", "database", db.Name())
	}
	for _, v := range p.unknownVariables() {
		log.Warn("there is no such setting, so this variable has no effect", "variable", v.name, "nearest", v.nearest)
	}
}

// warnOfOwners warns of addresses in --owners that are not owners: the setting has an effect only
// while there is no owner.
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

// unknownVariables returns the environment variables that begin with CONSOLE_ and are settings of
// no command. It leaves out those of the tests, and those that Kubernetes sets for a Service of
// the name console.
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

// nearest returns the most similar of names, empty if none is similar. Similarity is the
// Sørensen–Dice coefficient of their bigrams, without the common prefix.
func nearest(name string, names []string) string {
	found, best := "", 0.4
	for _, one := range names {
		if similarity := dice(bigrams(name), bigrams(one)); similarity > best {
			found, best = one, similarity
		}
	}
	return found
}

// bigrams returns the pairs of neighbouring letters in the name of a variable.
func bigrams(name string) map[string]bool {
	name, all := strings.TrimPrefix(name, "CONSOLE_"), map[string]bool{}
	for i := range len(name) - 1 {
		all[name[i:i+2]] = true
	}
	return all
}

// dice returns the Sørensen–Dice coefficient of two sets, which are not both empty.
func dice(a, b map[string]bool) float64 {
	common := 0
	for pair := range a {
		if b[pair] {
			common++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

// variables returns the environment variables of the settings of all commands; of a secret also
// the one that names its file.
func (p *program) variables() []string {
	var names []string
	var visit func(cmd *cli.Command)
	visit = func(cmd *cli.Command) {
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
			visit(c)
		}
	}
	visit(p.command())
	slices.Sort(names)
	return slices.Compact(names)
}

package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/copying"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// copyCommand returns the command that copies a directory to another database.
func (p *program) copyCommand() *cli.Command {
	return p.leaf("copy", "FROM TO", "copy a whole directory to another, empty database, from SQLite to PostgreSQL or back, and compare both; no console may run on either",
		(*config).copySettings, p.copy)
}

// copySettings are the settings of the command copy.
func (c *config) copySettings() []*setting {
	return []*setting{
		{name: "from-password", category: inData, secret: true, read: into(&c.fromPassword, readText),
			usage: "`PASSWORD` of the role of PostgreSQL that is copied from"},
		{name: "to-password", category: inData, secret: true, read: into(&c.toPassword, readText),
			usage: "`PASSWORD` of the role of PostgreSQL that is copied to"},
		c.serveRoleSetting(),
	}
}

// copy does copy FROM TO.
func (p *program) copy(ctx context.Context, c *config, args []string) error {
	for i, name := range []string{"FROM", "TO"} {
		if _, err := readDatabase(args[i]); err != nil {
			return usageErrorf("%s: %v", name, err)
		}
	}
	copied, err := p.copyWithProgress(ctx, c, args[0], args[1])
	if err != nil {
		return err
	}
	p.printCopied(copied)
	return p.printNewest(ctx, c, args[1])
}

// copyWithProgress copies and shows the progress.
func (p *program) copyWithProgress(ctx context.Context, c *config, from, to string) ([]copying.Table, error) {
	bar := p.newBar(0)
	defer bar.end()
	return copying.Run(ctx, from, to, copying.Options{
		FromPassword: c.fromPassword, ToPassword: c.toPassword, ServeRole: c.serveRole,
		Progress: func(how copying.Progress) {
			bar.total = int(how.Total)
			bar.at(how.Share, fmt.Sprintf("%s rows · %s", numbers.Grouped(int(how.Rows)), how.Doing))
		},
	})
}

// printCopied prints the copied tables.
func (p *program) printCopied(copied []copying.Table) {
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "TABLE\tROWS\tCHECKSUM") // a reader that has gone is no error
	for _, t := range copied {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", t.Name, numbers.Grouped(int(t.Rows)), t.Checksum)
	}
	_ = table.Flush()
}

// printNewest prints the number of the newest event, read from the copy.
func (p *program) printNewest(ctx context.Context, c *config, to string) error {
	return p.useDatabase(ctx, c, to, database.Options{Password: c.toPassword}, func(db *database.DB, directory *users.Service) error {
		page, err := history.New(db, directory).Events(ctx, users.Command(""), history.Query{Limit: 1})
		if err != nil {
			return err
		}
		p.say("\nBoth have the same rows. %s is ready.", database.Shown(to))
		if len(page.Events) > 0 {
			p.say("It stands at event %d; what is changed in the source from now on is not in it.", page.Events[0].Seq)
		}
		return nil
	})
}

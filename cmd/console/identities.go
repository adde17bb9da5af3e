package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// An identityMove holds the settings of the command identities move.
type identityMove struct {
	from, to string
	subjects string // path of a file of CSV; empty: subjects stay the same
	dryRun   bool
}

// identitiesCommand returns the commands for a provider whose issuer has changed.
func (p *program) identitiesCommand() *cli.Command {
	return &cli.Command{
		Name:            "identities",
		Usage:           "list the issuers that people are bound to, and move people to another issuer",
		HideHelpCommand: true,
		Action:          missingCommand,
		OnUsageError:    onUsageError,
		Commands: []*cli.Command{
			p.leaf("list", "", "list the issuers that people are bound to, with how many people, and which is the configured one",
				(*config).identityListSettings, p.listIdentities),
			p.leaf("move", "", "bind all people of one issuer to another, in one transaction; their sessions go on",
				(*config).identityMoveSettings, p.moveIdentities),
		},
	}
}

// identityListSettings are the settings of the command identities list.
func (c *config) identityListSettings() []*setting {
	return append(c.directorySettings(),
		&setting{name: "oidc-issuer", category: inSignIn, read: into(&c.issuer, readIssuer),
			usage: "`URL` of the configured provider, as for serve"},
		&setting{name: "format", fallback: "text", read: into(&c.format, readListFormat),
			usage: "`FORMAT` of the list: text or json, an array of objects"})
}

// identityMoveSettings are the settings of the command identities move.
func (c *config) identityMoveSettings() []*setting {
	return append(c.directorySettings(),
		&setting{name: "from", required: true, read: into(&c.move.from, readText),
			usage: "`ISSUER` that people are bound to now, as identities list shows it"},
		&setting{name: "to", required: true, read: into(&c.move.to, readIssuer),
			usage: "`ISSUER` to bind them to, exactly as the provider names itself"},
		&setting{name: "map", read: into(&c.move.subjects, readText),
			usage: "`FILE` of CSV with an old and a new subject on each line; without it subjects stay the same"},
		&setting{name: "dry-run", onOff: true, fallback: "false", read: into(&c.move.dryRun, readBool),
			usage: "`true` to say what would be done, and change nothing"})
}

// A listedIssuer is an object of identities list --format json.
type listedIssuer struct {
	Issuer     string `json:"issuer"`
	People     int    `json:"people"`
	Configured *bool  `json:"configured"` // null without --oidc-issuer
}

// listIdentities does identities list.
func (p *program) listIdentities(ctx context.Context, c *config, _ []string) error {
	return p.useDirectory(ctx, c, c.database, c.databaseOptions(), func(directory *users.Service) error {
		counts, err := directory.Issuers(ctx)
		if err != nil {
			return err
		}
		list := []listedIssuer{}
		found := false
		for _, one := range counts {
			found = found || one.Issuer == c.issuer
			list = append(list, c.listedIssuer(one))
		}
		if c.issuer != "" && !found {
			list = append(list, c.listedIssuer(users.IssuerCount{Issuer: c.issuer}))
		}
		if c.format == "json" {
			out := json.NewEncoder(p.stdout)
			out.SetEscapeHTML(false)
			out.SetIndent("", "  ")
			return out.Encode(list)
		}
		return writeIssuers(p.stdout, list)
	})
}

// listedIssuer returns an issuer as it is listed.
func (c *config) listedIssuer(one users.IssuerCount) listedIssuer {
	listed := listedIssuer{Issuer: one.Issuer, People: one.People}
	if c.issuer != "" {
		listed.Configured = new(one.Issuer == c.issuer)
	}
	return listed
}

// writeIssuers writes the list as a table.
func writeIssuers(out io.Writer, list []listedIssuer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ISSUER\tPEOPLE\tCONFIGURED")
	for _, one := range list {
		configured := "not known without --oidc-issuer"
		if one.Configured != nil {
			configured = map[bool]string{true: "yes", false: "no"}[*one.Configured]
		}
		fmt.Fprintf(table, "%s\t%d\t%s\n", one.Issuer, one.People, configured)
	}
	return table.Flush()
}

// moveIdentities does identities move.
func (p *program) moveIdentities(ctx context.Context, c *config, _ []string) error {
	move := users.IdentityMove{From: c.move.from, To: c.move.to, DryRun: c.move.dryRun}
	if c.move.subjects != "" {
		var err error
		if move.Subjects, err = readSubjects(c.move.subjects); err != nil {
			return err
		}
	}
	return p.useDirectory(ctx, c, c.database, c.databaseOptions(), func(directory *users.Service) error {
		done, err := directory.MoveIdentities(ctx, users.Command("cmd_"+strings.ToLower(rand.Text())), move)
		if bad, ok := errors.AsType[*users.InvalidError](err); ok {
			return moveRefused(bad)
		}
		if errors.Is(err, users.ErrUnknown) {
			return fmt.Errorf("it is not known whether the identities were moved: the database's answer got lost. "+
				"All were moved, or none; console identities list shows which (%w)", err)
		}
		if err != nil {
			return err
		}
		verb := "Moved"
		if move.DryRun {
			verb = "Nothing was changed. This would move"
		}
		p.say("%s %s from %s to %s.", verb, numbers.Counted(done.People, "person", "people"), move.From, move.To)
		if done.Left > 0 {
			p.say("Bound to %s still, as the map does not name them: %s.", move.From, numbers.Counted(done.Left, "person", "people"))
		}
		return nil
	})
}

// moveRefused returns an error that lists why identities cannot be moved, one reason on each line.
func moveRefused(bad *users.InvalidError) error {
	text := "nothing was moved:"
	for _, f := range bad.Fields {
		text += "\n  " + f.Field + ": " + f.Message
	}
	return errors.New(text)
}

// readSubjects reads a CSV file with an old and a new subject on each line, which may begin with
// a byte order mark.
func readSubjects(path string) ([]users.SubjectMove, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--map: %w", err)
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	in.FieldsPerRecord = 2
	all := []users.SubjectMove{}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("nothing was moved: %s is not CSV with an old and a new subject on each line: %w", path, err)
		}
		line, _ := in.FieldPos(0)
		all = append(all, users.SubjectMove{Line: line, Old: record[0], New: record[1]})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("nothing was moved: %s has no lines", path)
	}
	return all, nil
}

// warnOfIssuers warns of people who are bound to another issuer than the configured one. They
// cannot sign in until their identities are moved.
func warnOfIssuers(ctx context.Context, directory *users.Service, issuer string, log *slog.Logger) error {
	if others, err := directory.HasOtherIssuers(ctx, issuer); err != nil || !others {
		return err
	}
	counts, err := directory.Issuers(ctx)
	if err != nil {
		return err
	}
	here := 0
	for _, one := range counts {
		if one.Issuer == issuer {
			here = one.People
		}
	}
	for _, one := range counts {
		if one.Issuer != issuer {
			log.Warn("people are bound to another issuer than --oidc-issuer and cannot sign in: "+
				"if the provider has a new issuer, console identities move binds them to it",
				"bound", one.Issuer, "people", one.People, "configured", issuer, "people bound to it", here)
		}
	}
	return nil
}

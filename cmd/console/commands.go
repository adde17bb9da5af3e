package main

import (
	"context"
	"strings"

	"github.com/urfave/cli/v3"
)

// command returns the whole of what the program does.
func (p *program) command() *cli.Command {
	return &cli.Command{
		Name:      "console",
		Usage:     "manage the people and programs of an organisation",
		Version:   versionText(),
		Writer:    p.stdout,
		ErrWriter: p.stderr,
		Commands: []*cli.Command{
			p.serveCommand(),
			p.demoCommand(),
			p.usersCommand(),
			p.identitiesCommand(),
			p.tokenCommand(),
			p.doctorCommand(),
			p.leaf("migrate", "", "bring the database up to date, as serve does at its start where it may; make it where there is none", (*config).migrateSettings, p.migrate),
			p.leaf("backup", "FILE", "copy the database to FILE, also while the console runs (SQLite)", (*config).backupSettings, p.backup),
			p.leaf("restore", "FILE", "put the backup FILE in the place of the database, which is kept (SQLite)", (*config).fileSettings, p.restore),
			p.leaf("check", "", "read the whole database, of either engine, and say what is wrong with it", (*config).checkSettings, p.check),
			p.copyCommand(),
			p.healthcheckCommand(),
			p.leaf("version", "", "print the version", noSettings, p.version),
		},
		Action:         needsCommand,
		OnUsageError:   onUsageError,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, // run returns errors
	}
}

// An action does a command's work with its settings and its arguments.
type action func(ctx context.Context, c *config, args []string) error

// leaf returns a command without commands of its own. wants names its
// arguments, all of which must be given. The action runs with good settings only:
// all that is wrong with them and the arguments is told first, at once.
func (p *program) leaf(name, wants, usage string, settings func(*config) []*setting, do action) *cli.Command {
	c := &config{}
	all := settings(c)
	cmd := &cli.Command{
		Name: name, Usage: usage, ArgsUsage: wants,
		OnUsageError:    onUsageError,
		HideHelpCommand: true,
	}
	for _, s := range all {
		s.mistakes = &c.mistakes
		cmd.Flags = append(cmd.Flags, s.flag(p.env))
	}
	cmd.Action = func(ctx context.Context, cmd *cli.Command) error {
		for _, s := range all { // what the command line gives has been taken by Set
			s.finish(p.env)
		}
		c.check(p.env)
		c.checkArguments(cmd.Name, wants, cmd.Args().Slice())
		if err := c.mistakes.err(); err != nil {
			return err
		}
		return do(ctx, c, cmd.Args().Slice())
	}
	return cmd
}

// noSettings are the settings of a command that has none.
func noSettings(*config) []*setting { return nil }

// needsCommand answers a command line that names no command, or none we know.
func needsCommand(_ context.Context, cmd *cli.Command) error {
	if word := cmd.Args().First(); word != "" {
		return mistaken("there is no command %q; %s help lists them", word, cmd.FullName())
	}
	_ = cli.ShowSubcommandHelp(cmd)
	return mistaken("a command is missing")
}

// onUsageError answers a flag that is not there or that lacks its value.
func onUsageError(_ context.Context, cmd *cli.Command, err error, _ bool) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		text = "there is no setting --" + name
	} else if name, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		text = name + " needs a value"
	}
	return mistaken("%s; %s --help lists the settings", text, cmd.FullName())
}

package main

import (
	"context"
	"strings"

	"github.com/urfave/cli/v3"
)

// command returns the command line interface of the program.
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
		Action:         missingCommand,
		OnUsageError:   onUsageError,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, // run returns errors
	}
}

// An action does the work of a command with its settings and arguments.
type action func(ctx context.Context, c *config, args []string) error

// leaf returns a command without subcommands. wants names its arguments, which are all required.
// The action runs with valid settings and arguments only; else all mistakes are reported at once.
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
		for _, s := range all { // Set has parsed the flags and the environment
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

// noSettings returns the settings of a command without any.
func noSettings(*config) []*setting { return nil }

// missingCommand is the action of a command line without a known command.
func missingCommand(_ context.Context, cmd *cli.Command) error {
	if word := cmd.Args().First(); word != "" {
		return usageErrorf("there is no command %q; %s help lists them", word, cmd.FullName())
	}
	_ = cli.ShowSubcommandHelp(cmd)
	return usageErrorf("a command is missing")
}

// onUsageError translates the errors of an unknown flag and of a flag without its value.
func onUsageError(_ context.Context, cmd *cli.Command, err error, _ bool) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		text = "there is no setting --" + name
	} else if name, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		text = name + " needs a value"
	}
	return usageErrorf("%s; %s --help lists the settings", text, cmd.FullName())
}

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/users"
)

// A setting is declared once: it is a flag and an environment variable of the
// same name, "CONSOLE_" before it. It is a [cli.Value] that takes any text and
// notes what is wrong with it, so that all mistakes are told at once.
type setting struct {
	name     string
	usage    string
	category string
	fallback string             // what holds when it is not given
	required bool               // there is nothing to fall back on
	secret   bool               // may also be in a file, which CONSOLE_…_FILE names
	onOff    bool               // a flag without a value turns it on
	read     func(string) error // takes the text, or says what is wrong with it

	given    bool
	mistakes *mistakes
}

var _ cli.Value = (*setting)(nil)

// Set takes the text that a flag or the environment gives. It returns no error:
// that would end the reading at the first mistake.
func (s *setting) Set(text string) error {
	s.given = true
	s.take(text)
	return nil
}

// take hands the text to read, and notes what is wrong with it.
func (s *setting) take(text string) {
	if err := s.read(text); err != nil {
		s.mistakes.add("%s: %v", s, err)
	}
}

// String returns how messages name the setting.
func (s *setting) String() string { return "--" + s.name + " (" + s.variable() + ")" }

// Get returns nothing of use: the text has gone to read.
func (s *setting) Get() any { return nil }

// IsBoolFlag reports whether the flag stands without a value.
func (s *setting) IsBoolFlag() bool { return s.onOff }

// variable is the name of the environment variable.
func (s *setting) variable() string {
	return "CONSOLE_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// flag returns the setting as a command's flag, which looks for it in env too.
func (s *setting) flag(env lookup) cli.Flag {
	usage := s.usage
	if s.secret {
		usage += "; " + s.variable() + "_FILE names a file that holds it"
	}
	if s.required {
		usage += " (required)"
	}
	return &cli.GenericFlag{
		Name:        s.name,
		Usage:       usage,
		Category:    s.category,
		Value:       s,
		DefaultText: s.fallback,
		HideDefault: s.fallback == "",
		Sources:     cli.NewValueSourceChain(variable{s.variable(), env}),
		Local:       true,
	}
}

// finish takes a secret from its file and what was not given from the fallback. It
// is called once all flags have been read.
func (s *setting) finish(env lookup) {
	if s.secret {
		s.readFile(env)
	}
	switch {
	case s.given:
	case s.required:
		s.mistakes.add("%s is required: %s", s, strings.ReplaceAll(s.usage, "`", ""))
	case s.fallback != "":
		s.take(s.fallback)
	}
}

// readFile takes a secret from the file that the environment names, if it does.
func (s *setting) readFile(env lookup) {
	name := s.variable() + "_FILE"
	path, ok := env(name)
	if !ok || path == "" {
		return
	}
	if s.given {
		s.mistakes.add("%s and %s are both given; keep one", s, name)
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		s.mistakes.add("%s: %v", name, err)
		s.given = true // badly, and told so once
		return
	}
	_ = s.Set(strings.TrimSpace(string(text)))
}

// lookup returns the value of an environment variable and whether it is set.
type lookup func(name string) (string, bool)

// A variable is where a flag looks when it is not on the command line.
type variable struct {
	name string
	env  lookup
}

var (
	_ cli.ValueSource    = variable{}
	_ cli.EnvValueSource = variable{}
)

// Lookup returns the variable's value and whether it is set.
func (v variable) Lookup() (string, bool) { return v.env(v.name) }

// IsFromEnv tells the help that this is an environment variable.
func (v variable) IsFromEnv() bool { return true }

// Key returns the name of the variable.
func (v variable) Key() string { return v.name }

// String returns how messages name the variable.
func (v variable) String() string { return "environment variable " + v.name }

// GoString returns the same as String.
func (v variable) GoString() string { return v.String() }

// A usageError is what was wrong with the command line or the settings. The
// program ends with status 2.
type usageError struct{ mistakes []string }

// Error returns the mistakes, a line each.
func (e *usageError) Error() string {
	if len(e.mistakes) == 1 {
		return e.mistakes[0]
	}
	return fmt.Sprintf("there are %d mistakes:\n  - %s", len(e.mistakes), strings.Join(e.mistakes, "\n  - "))
}

// mistaken returns a usageError of one mistake.
func mistaken(format string, args ...any) error {
	return &usageError{[]string{fmt.Sprintf(format, args...)}}
}

// mistakes collects what is wrong with the settings.
type mistakes struct{ list []string }

// add notes a mistake, once however often it is found.
func (m *mistakes) add(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(m.list, text) {
		m.list = append(m.list, text)
	}
}

// err returns the mistakes as one error, nil if there are none.
func (m *mistakes) err() error {
	if len(m.list) == 0 {
		return nil
	}
	return &usageError{m.list}
}

// exitStatus returns the status with which the program ends after err: 2 for what the
// person who started it can mend, 3 where nobody knows whether it was done.
func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return 2
	}
	if errors.Is(err, users.ErrUnknown) {
		return 3
	}
	return 1
}

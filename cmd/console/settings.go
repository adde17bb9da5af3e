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

// A setting is a flag, and an environment variable of the same name with the prefix CONSOLE_. It
// is a [cli.Value] that accepts any text and records what is wrong with it, so that all mistakes
// are reported at once.
type setting struct {
	name     string
	usage    string
	category string
	fallback string             // the default
	required bool               // there is no default
	secret   bool               // can also be in a file that CONSOLE_…_FILE names
	onOff    bool               // a flag without a value means true
	read     func(string) error // parses and stores the text

	given    bool
	mistakes *mistakes
}

var _ cli.Value = (*setting)(nil)

// Set implements [cli.Value]. It returns no error, which would end parsing at the first mistake.
func (s *setting) Set(text string) error {
	s.given = true
	s.take(text)
	return nil
}

// take parses the text, and records what is wrong with it.
func (s *setting) take(text string) {
	if err := s.read(text); err != nil {
		s.mistakes.add("%s: %v", s, err)
	}
}

// String returns the name of the setting in messages.
func (s *setting) String() string { return "--" + s.name + " (" + s.variable() + ")" }

// Get implements [cli.Value]. It returns nil: read has stored the value.
func (s *setting) Get() any { return nil }

// IsBoolFlag reports whether the flag needs no value.
func (s *setting) IsBoolFlag() bool { return s.onOff }

// variable returns the name of the environment variable.
func (s *setting) variable() string {
	return "CONSOLE_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// flag returns the flag of the setting, which also reads the environment variable from env.
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

// finish reads a secret from its file, and uses the default of a setting that was not given. It
// is called after all flags have been parsed.
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

// readFile reads a secret from the file that the environment names, if any.
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
		s.given = true // so that it is not reported as missing, too
		return
	}
	_ = s.Set(strings.TrimSpace(string(text)))
}

// lookup returns the value of an environment variable and whether it is set.
type lookup func(name string) (string, bool)

// A variable is the environment variable of a flag.
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

// IsFromEnv implements [cli.EnvValueSource].
func (v variable) IsFromEnv() bool { return true }

// Key returns the name of the variable.
func (v variable) Key() string { return v.name }

// String returns the name of the variable in messages.
func (v variable) String() string { return "environment variable " + v.name }

// GoString returns the same as String.
func (v variable) GoString() string { return v.String() }

// A usageError lists what is wrong with the command line or the settings. The program ends with
// status 2.
type usageError struct{ mistakes []string }

// Error returns the mistakes, a line each.
func (e *usageError) Error() string {
	if len(e.mistakes) == 1 {
		return e.mistakes[0]
	}
	return fmt.Sprintf("there are %d mistakes:\n  - %s", len(e.mistakes), strings.Join(e.mistakes, "\n  - "))
}

// usageErrorf returns a usageError of one mistake.
func usageErrorf(format string, args ...any) error {
	return &usageError{[]string{fmt.Sprintf(format, args...)}}
}

// mistakes collects the mistakes in the settings.
type mistakes struct{ list []string }

// add records a mistake, once if it is found several times.
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

// exitStatus returns the exit status of the program for err: 2 for a mistake in the command line
// or the settings, 3 if the outcome is unknown, 1 for all else.
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

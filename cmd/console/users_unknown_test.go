package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
)

// TestUnknownAtTheCommandLine runs a command whose commit gets no response: it says that the
// outcome is unknown, and what to do.
func TestUnknownAtTheCommandLine(t *testing.T) {
	t.Parallel()
	p := &program{stdout: t.Output(), stderr: t.Output()}
	c := &config{database: databasetest.URL(t)}
	lost := func(context.Context, *users.Service, users.Actor, *config, []string) (string, error) {
		return "", fmt.Errorf("add person: %w", users.ErrUnknown)
	}
	err := p.withDirectory(lost)(t.Context(), c, []string{"ana@example.com"})
	if exitStatus(err) != 3 || !strings.Contains(err.Error(), "it is not known whether this was done to ana@example.com") ||
		!strings.Contains(err.Error(), "Run the same command again") {
		t.Errorf("got %v with status %d", err, exitStatus(err))
	}
}

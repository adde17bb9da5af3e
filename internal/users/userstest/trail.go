package userstest

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// Last returns the number of the newest event.
func (d *Directory) Last(tb testing.TB) int64 {
	tb.Helper()
	page, err := d.History.Events(tb.Context(), users.Command(""), history.Query{Limit: 1})
	if err != nil || len(page.Events) == 0 {
		tb.Fatalf("find the newest event: %v, %d events", err, len(page.Events))
	}
	return page.Events[0].Seq
}

// Since returns the events after the one of that number, oldest first.
func (d *Directory) Since(tb testing.TB, seq int64) []users.Event {
	tb.Helper()
	page, err := d.History.Events(tb.Context(), users.Command(""), history.Query{Limit: users.MaxLimit})
	if err != nil {
		tb.Fatalf("list events: %v", err)
	}
	events := slices.DeleteFunc(page.Events, func(e users.Event) bool { return e.Seq <= seq })
	slices.Reverse(events)
	return events
}

// Trail returns the events after the one of that number, oldest first, as lines
// such as
//
//	owner@example.com user.edited ana@example.com [name: Ana → Anna] because "typo"
//
// in which every session is called ses_*, every token tok_*. Who comes from the command line is the
// operator, who has no user_id a stranger.
func (d *Directory) Trail(tb testing.TB, seq int64) []string {
	tb.Helper()
	var lines []string
	for _, e := range d.Since(tb, seq) {
		actor := cmp.Or(string(e.Actor.ID), "stranger")
		if kind := e.ActorKind(); kind == users.ActorOperator || kind == users.ActorProvider {
			actor = string(kind)
		}
		line := fmt.Sprintf("%s %s %s", actor, e.Action, e.Target.ID)
		var changes []string
		for _, c := range e.Changes {
			changes = append(changes, strings.TrimSpace(c.Field+": "+valueOf(c.Field, c.Old)+" → "+valueOf(c.Field, c.New)))
		}
		if len(changes) > 0 {
			line += " [" + strings.Join(changes, ", ") + "]"
		}
		if e.Reason != "" {
			line += fmt.Sprintf(" because %q", e.Reason)
		}
		lines = append(lines, anyToken.ReplaceAllString(anySession.ReplaceAllString(line, "ses_*"), "tok_*"))
	}
	return lines
}

// valueOf returns the value of a change, with the user_id alone for a user.
func valueOf(field, value string) string {
	if r, ok := users.Person(field, value); ok {
		return string(r.ID)
	}
	return value
}

var (
	anySession = regexp.MustCompile(`ses_[a-z0-9]+`)
	anyToken   = regexp.MustCompile(`tok_[a-z0-9]+`)
)

package web

import (
	"strings"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// merge brings together a form that was posted with what someone else has saved
// meanwhile. base and theirs are the same form filled in from the record as it
// was when the form was opened, and as it is now; all three by name of field.
//
// A field that the person did not touch takes their value. Where both changed
// one, what was posted stays, and merge returns the three values of it.
func merge(form, base, theirs map[string]*string) map[string]*views.Conflict {
	conflicts := map[string]*views.Conflict{}
	for name, input := range form {
		before, now := *base[name], *theirs[name]
		switch yours := strings.TrimSpace(*input); { // spaces around are not stored
		case yours == before || yours == now:
			*input = now
		case now != before:
			conflicts[name] = &views.Conflict{
				Base: inputWord(name, before), Theirs: inputWord(name, now), Yours: inputWord(name, truncate(name, yours)),
			}
		}
	}
	return conflicts
}

// inputWord words what a field of a form holds.
func inputWord(name, value string) string {
	if strings.HasPrefix(name, "channel.") || strings.HasPrefix(name, "type.") {
		if value == "" {
			return "Off"
		}
		return "On"
	}
	return words.Value(name, value)
}

// stale tells who changed a user while the viewer was filling in a form; fresh
// is the address of the form as it is filled in from what is stored now.
func (t presenter) stale(err *users.StaleError, fresh string) *views.Stale {
	own := err.By.Key != "" && err.By.Key == t.actor.Key
	return &views.Stale{By: t.actorOf(err.By, err.Kind), Own: own, When: t.time(err.At), Theirs: fresh}
}

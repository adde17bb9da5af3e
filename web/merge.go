package web

import (
	"strings"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// merge does a three-way merge of a posted form with the stored record. base and theirs are the
// same form filled in from the record when the form was opened, and now; all three by field name.
//
// A field that the person did not change takes the stored value. A field that both changed keeps
// the posted value, and merge returns its three values.
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

// inputWord returns the value of a form field as it is shown.
func inputWord(name, value string) string {
	if strings.HasPrefix(name, "channel.") || strings.HasPrefix(name, "type.") {
		if value == "" {
			return "Off"
		}
		return "On"
	}
	return words.Value(name, value)
}

// stale shows who changed a user while the viewer was filling in a form. fresh is the address of
// the form with the stored values.
func (t presenter) stale(err *users.StaleError, fresh string) *views.Stale {
	own := err.By.Key != "" && err.By.Key == t.actor.Key
	return &views.Stale{By: t.actorOf(err.By, err.Kind), Own: own, When: t.time(err.At), Theirs: fresh}
}

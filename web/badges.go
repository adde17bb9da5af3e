package web

import (
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// statusTones are the tones of the statuses.
var statusTones = map[users.Status]string{
	users.StatusInvited:     "warn",
	users.StatusActive:      "ok",
	users.StatusDeactivated: "off",
}

// statusBadge shows a status.
func statusBadge(s users.Status) views.Badge {
	return views.Badge{Tone: statusTones[s], Word: words.Status(s)}
}

// youBadge marks the viewer among users.
var youBadge = views.Badge{Tone: "info", Word: "You"}

// kindBadges mark the viewer, and users who are not people.
func kindBadges(actor users.Actor, u users.User) []views.Badge {
	var badges []views.Badge
	if u.Key == actor.Key {
		badges = append(badges, youBadge)
	}
	if u.Kind == users.KindService || u.Kind == users.KindSystem {
		badges = append(badges, views.Badge{Word: words.Kind(u.Kind)})
	}
	return badges
}

// tokenTones are the tones of the states of tokens.
var tokenTones = map[users.TokenState]string{
	users.TokenLive:      "ok",
	users.TokenSuspended: "warn",
	users.TokenDisabled:  "warn",
}

// tokenBadge shows the state of a token.
func tokenBadge(s users.TokenState) views.Badge {
	return views.Badge{Tone: tokenTones[s], Word: words.TokenState(s)}
}

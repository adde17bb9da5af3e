package web

import (
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// channelWords and typeWords say, as parts of a sentence, how and of what someone
// is notified.
var (
	channelWords = map[string]string{"email": "an e-mail", "web_ui": "a notice in the web interface"}
	typeWords    = map[string]string{"comment_mention": "someone mentions %s in a comment"}
)

// notificationSentence says what someone's notifications come to. The subject is
// "You" or a name.
func notificationSentence(subject string, channels, types map[string]bool) string {
	gets, them := subject+" gets ", "them"
	if subject == "You" {
		gets, them = "You get ", "you"
	}
	ways := chosen(users.Channels, channels, channelWords)
	occasions := chosen(users.Types, types, typeWords)
	switch {
	case len(ways) == 0 && len(occasions) == 0:
		return gets + "no notifications."
	case len(ways) == 0:
		return gets + "no notifications: no way to send them is on."
	case len(occasions) == 0:
		return gets + "no notifications: there is nothing to be notified of that is on."
	}
	when := strings.ReplaceAll(enumerate(occasions, "or"), "%s", them)
	return gets + enumerate(ways, "and") + " when " + when + "."
}

// chosen returns the words of those keys that are on, in the order of all.
func chosen(all []string, on map[string]bool, words map[string]string) []string {
	var list []string
	for _, key := range all {
		if on[key] {
			list = append(list, words[key])
		}
	}
	return list
}

package words

import (
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// channels say, as parts of a sentence, how someone is notified, and occasions of what; in
// occasions %s stands for whom it concerns.
var (
	channels  = map[string]string{"email": "an e-mail", "web_ui": "a notice in the web interface"}
	occasions = map[string]string{"comment_mention": "someone mentions %s in a comment"}
)

// channelLabels label the boxes of the channels.
var channelLabels = map[string]string{"email": "E-mail", "web_ui": "Notices in the web interface"}

// Channel returns the label of the box of a channel.
func Channel(key string) string { return channelLabels[key] }

// Occasion returns the label of the box of a type of notification, about "me" or "them".
func Occasion(key, whom string) string {
	return Capital(strings.ReplaceAll(occasions[key], "%s", whom))
}

// Notifications says in a sentence which notifications someone gets. The subject is "You" or a
// name.
func Notifications(subject string, channelsOn, typesOn map[string]bool) string {
	gets, them := subject+" gets ", "them"
	if subject == "You" {
		gets, them = "You get ", "you"
	}
	ways := chosen(users.Channels, channelsOn, channels)
	when := chosen(users.Types, typesOn, occasions)
	switch {
	case len(ways) == 0 && len(when) == 0:
		return gets + "no notifications."
	case len(ways) == 0:
		return gets + "no notifications: no channel is on."
	case len(when) == 0:
		return gets + "no notifications: no type of notification is on."
	}
	return gets + And(ways) + " when " + strings.ReplaceAll(Or(when), "%s", them) + "."
}

// chosen returns the texts of those keys that are on, in the order of all.
func chosen(all []string, on map[string]bool, texts map[string]string) []string {
	var list []string
	for _, key := range all {
		if on[key] {
			list = append(list, texts[key])
		}
	}
	return list
}

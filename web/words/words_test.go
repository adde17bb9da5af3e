package words_test

import (
	"testing"

	"github.com/roboto-ai/console/web/words"
)

func TestNotifications(t *testing.T) {
	t.Parallel()
	on := func(keys ...string) map[string]bool {
		m := map[string]bool{"sms": true} // one that this version does not know
		for _, key := range keys {
			m[key] = true
		}
		return m
	}
	tests := map[string]struct {
		subject         string
		channels, types map[string]bool
		want            string
	}{
		"one way":       {"You", on("email"), on("comment_mention"), "You get an e-mail when someone mentions you in a comment."},
		"both ways":     {"Ana", on("email", "web_ui"), on("comment_mention"), "Ana gets an e-mail and a notice in the web interface when someone mentions them in a comment."},
		"no way":        {"You", on(), on("comment_mention"), "You get no notifications: no channel is on."},
		"no occasion":   {"Ana", on("email"), on(), "Ana gets no notifications: no type of notification is on."},
		"neither":       {"You", on(), on(), "You get no notifications."},
		"nothing known": {"You", nil, nil, "You get no notifications."},
	}
	for name, test := range tests {
		if got := words.Notifications(test.subject, test.channels, test.types); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestDevice(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"": "Unknown browser",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                "Firefox on Windows",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36":                           "Chrome on Linux",
		"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0":               "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15":           "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile Safari/604.1": "Chrome on iPhone",
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":           "Chrome on Android",
		"curl/8.5.0": "curl",
		"Something\u202e else that is much longer than anyone would want to read": `"Something else that is much longer than…"`,
	}
	for agent, want := range tests {
		if got := words.Device(agent); got != want {
			t.Errorf("%q: got %q, want %q", agent, got, want)
		}
	}
}

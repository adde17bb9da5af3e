package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/auth"
)

// forms posts a form to a path of the console. arrived reports whether the response shows that
// the form's text arrived.
func (e *examination) forms(ctx context.Context, client *http.Client, path string, arrived func(got response, text string) bool) Finding {
	const check = "forms"
	text := auth.NewSecret()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.base()+path, strings.NewReader(url.Values{"text": {text}}.Encode()))
	if err != nil {
		return unknown(check, "The base URL cannot be requested.", "")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := e.do(client, req)
	fix := "Have it pass POST requests on to the console with their body; otherwise no form of the console works."
	switch {
	case err != nil:
		return wrong(check, "The proxy does not pass forms on: "+reason(err)+".", fix)
	case !arrived(got, text):
		return wrong(check, fmt.Sprintf("The proxy does not pass forms on: it responds to POST with status %d.", got.status), fix)
	}
	return ok(check, "The proxy passes forms on.")
}

// cache requests a path twice. mark returns a part of the response that differs each time.
func (e *examination) cache(ctx context.Context, client *http.Client, path string, mark func(response) string) Finding {
	const check = "cache"
	var marks []string
	for range 2 {
		got, err := e.get(ctx, client, e.base()+path, nil)
		if err != nil || mark(got) == "" {
			return unknown(check, "Whether the proxy caches responses could not be checked.", "")
		}
		marks = append(marks, mark(got))
	}
	if marks[0] == marks[1] {
		return wrong(check, "The proxy caches the console's responses and serves them to others too, despite no-store.",
			"Disable its cache for this host; in nginx remove proxy_cache, and Cache-Control from proxy_ignore_headers.")
	}
	return ok(check, "The proxy caches no responses.")
}

// idleConnections checks how long the proxy keeps idle connections to the console. If it keeps
// one longer than the console does, it can send a request while the console closes the
// connection, and responds 502.
func (e *examination) idleConnections(s *standIn) Finding {
	const check = "idle connections"
	limit := int(e.IdleLimit.Seconds())
	fix := fmt.Sprintf("Have the proxy close an idle connection to the console after less than %d seconds, for example 60: in nginx keepalive_timeout 60s; in the upstream, in Caddy keepalive 60s in its transport.", limit)
	if !e.secure() {
		return ok(check, noProxy)
	}
	v := s.lastVisit()
	if kept, said := keepAliveTimeout(v.keepAlive); said && kept >= e.IdleLimit {
		return warning(check, fmt.Sprintf("The proxy keeps an idle connection to the console for %d seconds, and the console closes it after %d: a request in between fails with 502.", int(kept.Seconds()), limit), fix)
	} else if said {
		return ok(check, fmt.Sprintf("The proxy closes an idle connection to the console after %d seconds, before the console does.", int(kept.Seconds())))
	}
	if s.idleConnectionOpen() {
		return unknown(check, "The proxy keeps idle connections to the console, but does not say for how long.", fix)
	}
	return ok(check, "The proxy keeps no idle connections to the console.")
}

// keepAliveTimeout returns the parameter timeout of a header Keep-Alive. It reports false if
// there is none.
func keepAliveTimeout(header string) (time.Duration, bool) {
	for parameter := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if seconds, err := strconv.Atoi(strings.Trim(value, `" `)); err == nil && strings.EqualFold(name, "timeout") {
			return time.Duration(seconds) * time.Second, true
		}
	}
	return 0, false
}

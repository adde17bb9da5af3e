package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/auth"
)

// A site is a console that runs on a directory, with the viewer signed in.
type site struct {
	*process
	cookie string
	sample []person
	anew   map[string]time.Duration // the longest that a term of a kind took when nobody had asked for it before
	client http.Client
}

// serve starts the console on the database at url.
func serve(ctx context.Context, program, url string) (*process, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	return start(ctx, address, "/readyz", program, nil, "serve", "--listen", address, "--base-url", "http://"+address,
		"--database", url, "--drain", "0s", "--log-level", "error", "--token-rate", "1000000", // it is not what is measured
		"--oidc-issuer", "http://127.0.0.1:9", "--oidc-client-id", "bench") // nobody is asked until somebody signs in
}

// open signs in to the directory of a database and starts the console on it.
func open(ctx context.Context, program, database string) (*site, error) {
	secret, sample, err := prospect(ctx, database)
	if err != nil {
		return nil, err
	}
	p, err := serve(ctx, program, database)
	if err != nil {
		return nil, err
	}
	return &site{
		process: p, cookie: auth.CookieName(&url.URL{Scheme: "http", Host: p.address}, "session") + "=" + secret, sample: sample, anew: map[string]time.Duration{},
		client: http.Client{Timeout: slowest, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

// startTimes returns how long the console takes from its start until it is ready,
// the median of some.
func startTimes(ctx context.Context, program, url string) (time.Duration, error) {
	const times = 5
	var all []time.Duration
	for range times {
		p, err := serve(ctx, program, url)
		if err != nil {
			return 0, err
		}
		all = append(all, p.ready)
		if err := p.stop(); err != nil {
			return 0, err
		}
	}
	return median(all, func(d time.Duration) time.Duration { return d }), nil
}

// request returns a request of the viewer's browser.
func (s *site) request(ctx context.Context, method, path, form string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.address+path, strings.NewReader(form))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Cookie", s.cookie)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r, nil
}

// get opens a page and returns its HTML.
func (s *site) get(ctx context.Context, path string) (string, error) {
	r, err := s.request(ctx, http.MethodGet, path, "")
	if err != nil {
		return "", err
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s answers %d", path, answer.StatusCode)
	}
	return string(body), err
}

// parse opens a page and returns its elements.
func (s *site) parse(ctx context.Context, path string) (*html.Node, error) {
	text, err := s.get(ctx, path)
	if err != nil {
		return nil, err
	}
	return html.Parse(strings.NewReader(text))
}

// attribute returns an attribute of an element, and whether it has it.
func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// textOf returns the text in an element.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// userPath returns the address of a user's page, or of a page below it.
func userPath(id, tail string) string { return "/users/" + url.PathEscape(id) + tail }

// searchPath returns the address of what a search finds.
func searchPath(text string) string { return "/users?q=" + url.QueryEscape(text) }

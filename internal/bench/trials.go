package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
)

// A trial measures requests for some paths, which are sent in turn.
type trial struct {
	name  string
	paths func(ctx context.Context, s *site) ([]string, error)
	api   bool   // calls of the API, rather than pages
	alone bool   // on one connection, beside nothing but the directory's first page
	part  string // id of the part of the page that a script asks for; empty for the page
	long  bool   // a viewer runs one at a time: a newer one supersedes it with 429
	goal  string
	good  func(ratios) bool
}

// ratios are the measured values that the goals compare.
type ratios struct {
	ofA    float64 // requests a second, as a share of A's: the same answers from memory
	timesA float64 // CPU, as a multiple of A's
	first  float64 // the same, of the directory's first page
	growth float64 // the same, of the small directory's
	p99    time.Duration
}

// Goals that several trials have.
const (
	halfOfA    = "≥ 1/2 of A"
	pageGoal   = halfOfA + "; CPU ≤ 4 × A's"
	searchGoal = 15 * time.Millisecond // p99
)

func isHalfOfA(r ratios) bool  { return r.ofA >= 0.5 }
func isPageGoal(r ratios) bool { return r.ofA >= 0.5 && r.timesA <= 4 }

// atMost returns the goal that the CPU is at most that many times the first page's.
func atMost(times float64) func(ratios) bool {
	return func(r ratios) bool { return r.first <= times }
}

// trials returns all trials.
func (b *bench) trials() []trial {
	all := []trial{
		{name: "directory, first page", paths: only("/users"), goal: pageGoal, good: isPageGoal},
		{name: "directory, page 1,000", paths: deepPage, goal: pageGoal, good: isPageGoal},
		{name: "search, exact user ID", paths: eachPerson("/users?q="), goal: "CPU ≤ 1.2 × the first page's", good: atMost(1.2)},
		{name: "not seen for 90 days", paths: only("/users?view=quiet")},
		{name: "detail", paths: eachPerson("/users/"), goal: halfOfA, good: isHalfOfA},
		{name: "profile", paths: only("/profile"), goal: halfOfA, good: isHalfOfA},
		{name: "audit log, first page", paths: only("/audit"), goal: halfOfA, good: isHalfOfA},
		{name: "overview", paths: only("/overview"), goal: "CPU ≤ 2 × the first page's", good: atMost(2)},
		{name: "palette, as a name is typed", part: "found", paths: eachName("/go?q=", firstLetters), goal: "CPU ≤ 2 × the first page's", good: atMost(2)},
		{name: "search, a misspelled name", paths: eachName("/users?q=", misspelled), goal: "CPU ≤ 4 × the first page's", good: atMost(4)},
		{name: "search, nothing close", paths: only("/users?q=zzqqzzxx"), goal: "CPU ≤ 1.5 × the first page's", good: atMost(1.5)},
		{name: "GET /v1/users/id/{user_id}", api: true, paths: eachPerson("/v1/users/id/"), goal: halfOfA, good: isHalfOfA},
		{name: "GET /v1/orgs/id/{org_id}/users?limit=50", api: true, paths: only("/v1/orgs/id/console/users?limit=50"), goal: halfOfA, good: isHalfOfA},
	}
	for _, d := range b.terms {
		all = append(all, trial{name: "search, " + d.name, alone: true, paths: only(each(d.terms, func(t term) string { return "/users?q=" + url.QueryEscape(t.text) })...),
			goal: "p99 ≤ 15 ms", good: func(r ratios) bool { return r.p99 <= searchGoal }})
	}
	goal, good := "CPU ≤ 10 × the directory's first page", atMost(10)
	if b.postgres() {
		goal, good = "p99 ≤ 100 ms", func(r ratios) bool { return r.p99 <= 100*time.Millisecond }
	}
	for _, d := range append([]decade{{"hits: none", []term{{text: "zzqqzz"}}}}, b.terms...) {
		all = append(all, trial{name: "audit log, word, " + d.name, alone: true, long: true, paths: only("/audit?q=" + url.QueryEscape(d.terms[0].text)), goal: goal, good: good})
	}
	return all
}

// only returns paths that are known.
func only(paths ...string) func(context.Context, *site) ([]string, error) {
	return func(context.Context, *site) ([]string, error) { return paths, nil }
}

// eachPerson returns the paths of some people below a prefix.
func eachPerson(prefix string) func(context.Context, *site) ([]string, error) {
	return func(_ context.Context, s *site) ([]string, error) {
		return each(s.people[:edited], func(p person) string { return prefix + url.PathEscape(string(p.id)) }), nil
	}
}

// eachName returns the paths for some people's names, of which what returns the text after a
// prefix.
func eachName(prefix string, what func(name string) string) func(context.Context, *site) ([]string, error) {
	return func(_ context.Context, s *site) ([]string, error) {
		return each(s.people[:edited], func(p person) string { return prefix + url.QueryEscape(what(p.searchText)) }), nil
	}
}

// firstLetters returns the first four letters of a name.
func firstLetters(name string) string { return name[:min(len(name), 4)] }

// misspelled returns the longest word of a name with two of its letters swapped.
func misspelled(name string) string {
	words := wordPattern.FindAllString(name, 2)
	word := []byte(slices.MaxFunc(words, func(one, other string) int { return len(one) - len(other) }))
	i := len(word) / 2
	word[i-1], word[i] = word[i], word[i-1]
	return string(word)
}

// nextPattern matches the link to the next page.
var nextPattern = regexp.MustCompile(`<a [^>]*href="([^"]*)"[^>]* rel="next"`)

// deepPage follows the links to the next page up to page 1,000, or to the last one that
// is full.
func deepPage(ctx context.Context, s *site) ([]string, error) {
	path, before := "/users", "/users"
	for range 1000 - 1 {
		body, err := s.get(ctx, path, "")
		if err != nil {
			return nil, err
		}
		next := nextPattern.FindSubmatch(body)
		if next == nil {
			return []string{before}, nil
		}
		before, path = path, strings.ReplaceAll(string(next[1]), "&amp;", "&")
	}
	return []string{path}, nil
}

// requests returns the requests for paths, below a prefix of addresses from memory or none.
func (t trial) requests(s *site, paths []string, prefix string) [][]byte {
	return each(paths, func(path string) []byte {
		if prefix != "" {
			path = prefix + url.QueryEscape(path)
		}
		if t.api {
			return s.call(http.MethodGet, path, "")
		}
		if t.part != "" {
			return s.page(path, browserEncodings, "HX-Request: true", "HX-Target: "+t.part)
		}
		return s.page(path, browserEncodings)
	})
}

// Names of rivals, and the addresses that answer from memory.
const (
	fromMemory = "A"
	bareEcho   = "bare Echo"
	atSmall    = "small"
	firstPage  = "first page"

	memoryPage = "/_bench/memory?of="
	memoryCall = "/v1/_bench?of="
)

// measureTrials measures all trials.
func (b *bench) measureTrials(ctx context.Context) error {
	for _, t := range b.trials() {
		if !b.wants(t.name) {
			continue
		}
		if err := t.measure(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// measure has the requests compete with those that they are compared to.
func (t trial) measure(ctx context.Context, b *bench) error {
	paths, err := t.paths(ctx, b.large)
	smallPaths, smallErr := t.paths(ctx, b.small)
	if err := errors.Join(err, smallErr); err != nil {
		return err
	}
	n, memory := connections, memoryPage
	if t.alone {
		n = 1
	}
	if t.api {
		memory = memoryCall
	}
	large := func(name string, requests [][]byte) rival {
		return rival{name, b.large.cpu, sending(b.large.address, n, requests)}
	}
	var body []byte
	var first time.Duration // the longest that one took that was not sent in the last seconds
	for _, path := range paths {
		began := time.Now()
		if body, err = b.large.get(ctx, path, ""); err != nil && !t.api {
			return err
		}
		first = max(first, time.Since(began))
	}
	rivals := []rival{
		large(t.name, t.requests(b.large, paths, "")),
		large(firstPage, [][]byte{b.large.page("/users", browserEncodings)}),
	}
	if !t.alone {
		rivals = append(rivals, large(fromMemory, t.requests(b.large, paths, memory)),
			rival{bareEcho, nil, sending(b.echo, n, [][]byte{request(http.MethodGet, "/"+strconv.Itoa(len(body)), "", "Host: echo")})},
			rival{atSmall, b.small.cpu, sending(b.small.address, n, t.requests(b.small, smallPaths, ""))})
	}
	of, err := compete(ctx, b.rounds, b.turn, rivals...)
	if err == nil {
		t.add(b, of, first)
	}
	return err
}

// add adds the row. first is the longest that a path took when it was opened first.
func (t trial) add(b *bench, of map[string]figures, first time.Duration) {
	it, a := of[t.name], of[fromMemory]
	r := ratios{it.rate / a.rate, it.cpu / a.cpu, it.cpu / of[firstPage].cpu, it.cpu / of[atSmall].cpu, it.p99}
	text := fmt.Sprintf("%s, %.2f × the first page's", it, r.first)
	if t.alone {
		text += "; the first time ≤ " + milliseconds(first)
	} else {
		text += fmt.Sprintf("; A %s: %.2f, CPU %.1f ×; bare Echo %s/s; CPU %.2f × that at %s users", a, r.ofA, r.timesA, whole(of[bareEcho].rate), r.growth, numbers.Grouped(b.options.small))
	}
	b.results.add(t.name, t.goal, text, t.good == nil || t.good(r))
}

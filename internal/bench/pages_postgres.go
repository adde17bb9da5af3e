package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// The rival that a page has on PostgreSQL.
const statementsOnly = "S"

// shareOfBare is how many times the statements alone a page is to be served, at least.
const shareOfBare = 1. / 2

// measureBare has a page compete with its own statements, which run without anything
// around them on as many connections to the same database.
func (p page) measureBare(ctx context.Context, b *bench) (err error) {
	paths := b.addresses[b.large][p.kind]
	seen, err := statementsOf(ctx, b.largeURL, paths, nil)
	if err != nil {
		return err
	}
	conns, err := connectBare(ctx, b.largeURL, connections)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conns.close()) }()
	server := b.postgres.cpu(ctx, b.largeURL)
	of, err := compete(ctx, b.rounds, b.turn, []rival{
		{statementsOnly, ourCPU, conns.reading(seen), server},
		{asPage, b.large.process.cpu, opening(b.large, connections, paths), server},
		{smallPage, b.small.process.cpu, opening(b.small, connections, b.addresses[b.small][p.kind]), nil},
	})
	if err != nil {
		return err
	}
	b.bares.add(p.bareRow(of, seen, b.large.anew[p.kind])...)
	b.growth.add(p.growthRow(of)...)
	return nil
}

// statementsOf returns the statements that pages at paths run, for the viewer, or as with says.
func statementsOf(ctx context.Context, url string, paths []string, with func(*http.Request)) (seen [][]ran, err error) {
	in, err := openInside(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	return in.pages(ctx, paths, with)
}

// bareRow is the line of the page in the table of PostgreSQL. anew is what it took the
// first time.
func (p page) bareRow(of map[string]figures, seen [][]ran, anew time.Duration) []string {
	s, b := of[statementsOnly], of[asPage]
	note := ""
	if anew > 0 {
		note = "; asked for the first time ≤ " + milliseconds(anew)
	}
	n := 0
	for _, one := range seen {
		n += len(one)
	}
	return []string{
		p.name, "≥ 1/2 of S", rate(s.rate), rate(b.rate), fmt.Sprintf("%.2f", b.rate/s.rate),
		milliseconds(s.p50) + " / " + milliseconds(b.p50), milliseconds(s.p99) + " / " + milliseconds(b.p99),
		fmt.Sprintf("%.0f + %.0f", s.cpu, s.server), fmt.Sprintf("%.0f + %.0f", b.cpu, b.server), fmt.Sprintf("%.2f", (s.cpu+s.server)/(b.cpu+b.server)), fmt.Sprintf("%.1f", float64(n)/float64(len(seen))),
		yes(b.rate >= shareOfBare*s.rate) + note,
	}
}

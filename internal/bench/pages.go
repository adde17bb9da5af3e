package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// connections is how many people open pages at once.
const connections = 16

// A page is one kind of page with its goals.
type page struct {
	name   string
	kind   string        // of its addresses
	goal   string        // in words
	ratio  float64       // at least so much of A's requests a second
	tail   float64       // p99 at most so many times A's; 0: no goal
	alone  time.Duration // p99 at most so long with one connection; 0: no goal
	first  float64       // at least so much of the requests a second of the first page; 0: no goal
	growth float64       // at most so many times the processor time of the small directory
}

// pages are those that the goals are about.
var pages = []page{
	{name: "directory, first page", kind: "first", ratio: 1. / 3, tail: 4, growth: 1.5,
		goal: "≥ 1/3 of A; p99 ≤ 4 × A's"},
	{name: "directory, page 1,000", kind: "deep", first: 0.85, growth: 1.5,
		goal: "as the first page, within 15 %"},
	{name: "search, rare term", kind: "rare", ratio: 1. / 10, growth: 4,
		goal: "≥ 1/10 of A"},
	{name: "search, common term", kind: "common", ratio: 1. / 15, alone: 60 * time.Millisecond, growth: 4,
		goal: "≥ 1/15 of A; p99 < 60 ms alone"},
	{name: "search, two characters", kind: "prefix", ratio: 1. / 15, alone: 60 * time.Millisecond, growth: 4,
		goal: "≥ 1/15 of A; p99 < 60 ms alone"},
	{name: "detail", kind: "detail", ratio: 1. / 3, growth: 1.5,
		goal: "≥ 1/3 of A"},
}

// Names of rivals.
const (
	fromMemory = "A"
	asPage     = "B"
	bareEcho   = "bare Echo"
	smallPage  = "B, small"
	firstPage  = "B, first page"
	oneAtATime = "B, one connection"
)

// measure has a page compete with what it is measured against.
func (p page) measure(ctx context.Context, b *bench) error {
	paths := b.addresses[b.large][p.kind]
	memory := make([]string, len(paths))
	var size int
	for i, path := range paths {
		memory[i] = "/_bench/memory?of=" + url.QueryEscape(path)
		text, err := b.large.get(ctx, path)
		if err != nil {
			return err
		}
		size += len(text) / len(paths)
	}
	rivals := []rival{
		{fromMemory, b.large.process.cpu, opening(b.large, connections, memory), nil},
		{asPage, b.large.process.cpu, opening(b.large, connections, paths), nil},
		{bareEcho, b.echo.process.cpu, opening(b.echo, connections, []string{"/" + strconv.Itoa(size)}), nil},
		{smallPage, b.small.process.cpu, opening(b.small, connections, b.addresses[b.small][p.kind]), nil},
	}
	if p.first > 0 {
		rivals = append(rivals, rival{firstPage, b.large.process.cpu, opening(b.large, connections, b.addresses[b.large]["first"]), nil})
	}
	if p.alone > 0 {
		rivals = append(rivals, rival{oneAtATime, b.large.process.cpu, opening(b.large, 1, paths), nil})
	}
	of, err := compete(ctx, b.rounds, b.turn, rivals)
	if err != nil {
		return err
	}
	b.pages.add(p.row(of, size, b.large.anew[p.kind])...)
	b.growth.add(p.growthRow(of)...)
	return nil
}

// row is the line of the page in the table. anew is what it took the first time.
func (p page) row(of map[string]figures, size int, anew time.Duration) []string {
	a, b := of[fromMemory], of[asPage]
	reached := b.rate >= p.ratio*a.rate && (p.tail == 0 || float64(b.p99) <= p.tail*float64(a.p99))
	note := ""
	if p.first > 0 {
		same := b.rate / of[firstPage].rate
		reached = reached && same >= p.first
		note = fmt.Sprintf(": %.2f of the first page, at %.2f × its CPU", same, b.cpu/of[firstPage].cpu)
	}
	if p.alone > 0 {
		p99 := of[oneAtATime].p99
		reached = reached && p99 < p.alone
		note = fmt.Sprintf(": p99 alone %s", milliseconds(p99))
	}
	if anew > 0 {
		note += "; asked for the first time ≤ " + milliseconds(anew)
	}
	return []string{
		p.name, p.goal, rate(a.rate), rate(b.rate), fmt.Sprintf("%.2f", b.rate/a.rate),
		milliseconds(a.p50) + " / " + milliseconds(b.p50), milliseconds(a.p99) + " / " + milliseconds(b.p99),
		fmt.Sprintf("%.0f / %.0f", a.cpu, b.cpu), rate(of[bareEcho].rate), strconv.Itoa(size >> 10), yes(reached) + note,
	}
}

// growthRow is the line of the page in the table of how cost grows. Where the
// system does not tell of processor time, it goes by the median latency.
func (p page) growthRow(of map[string]figures) []string {
	small, large := of[smallPage], of[asPage]
	grown := large.cpu / small.cpu
	if small.cpu == 0 {
		grown = float64(large.p50) / float64(small.p50)
	}
	return []string{
		p.name, fmt.Sprintf("≤ %.3g ×", p.growth), fmt.Sprintf("%.0f", small.cpu), fmt.Sprintf("%.0f", large.cpu),
		fmt.Sprintf("%.2f", grown), milliseconds(small.p50), milliseconds(large.p50),
		fmt.Sprintf("%.2f", float64(large.p50)/float64(small.p50)), yes(grown <= p.growth),
	}
}

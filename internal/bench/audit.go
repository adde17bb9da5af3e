package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
)

// auditLoad is how many searches of the audit log one person makes at once.
const auditLoad = 40

// noWord is a word that no event has.
const noWord = "zzqqzz"

// An auditWord is a word to search the audit log for.
type auditWord struct {
	text string
	hits int // about how many users have it; 0: none
}

// auditWords returns a word of every decade of hits, the rarest first, and one that is in no
// event, by how often they are among the sample of a site of so many users.
func auditWords(sample []person, users int) []auditWord {
	of := map[string]int{}
	for _, p := range sample {
		seen := map[string]bool{}
		for _, word := range wordOf.FindAllString(strings.ToLower(p.name+" "+p.id), -1) {
			if !seen[word] {
				seen[word] = true
				of[word]++
			}
		}
	}
	local, _, _ := strings.Cut(sample[len(sample)/2].id, "@")
	words := []auditWord{{noWord, 0}, {local, 1}}
	for decade := 10; decade <= users; decade *= 10 {
		best, off := auditWord{}, math.Inf(1)
		for word, n := range of {
			hits := float64(n) * float64(users) / float64(len(sample))
			if d := math.Abs(math.Log10(hits / float64(decade))); d < off || d == off && word < best.text {
				best, off = auditWord{word, int(hits)}, d
			}
		}
		if best.text != words[len(words)-1].text && off < 1 {
			words = append(words, best)
		}
	}
	return words
}

// measureAudit searches the audit log for words of every decade of hits, beside the first page
// of the directory, and then has one person make many searches at once while pages are opened.
func measureAudit(ctx context.Context, b *bench) error {
	for _, word := range auditWords(b.large.sample, b.users) {
		path := "/audit?" + url.Values{"q": {word.text}}.Encode()
		of, err := compete(ctx, b.rounds, b.turn, []rival{
			{firstPage, b.large.process.cpu, opening(b.large, 1, b.addresses[b.large]["first"]), nil},
			{asPage, b.large.process.cpu, opening(b.large, 1, []string{path}), nil},
		})
		if err != nil {
			return err
		}
		first, page := of[firstPage], of[asPage]
		goal, reached := "CPU ≤ 10 × the directory's first page", page.cpu <= 10*first.cpu
		if b.onPostgres() {
			goal, reached = "p99 ≤ 100 ms", page.p99 <= 100*time.Millisecond
		}
		b.others.add(fmt.Sprintf("audit log, a word of about %s users (%s)", numbers.Grouped(word.hits), word.text), goal,
			fmt.Sprintf("p50 %s, p99 %s, CPU %.0f µs: %.1f × the first page's", milliseconds(page.p50), milliseconds(page.p99), page.cpu, page.cpu/first.cpu), yes(reached))
	}
	return measureAuditLoad(ctx, b)
}

// measureAuditLoad measures pages while one person makes auditLoad searches at once, over and
// over. Most of these are answered with 429, as newer ones supersede them.
func measureAuditLoad(ctx context.Context, b *bench) error {
	loading, stop := context.WithCancel(ctx)
	var under sync.WaitGroup
	for range auditLoad {
		under.Go(func() {
			for loading.Err() == nil {
				searchLog(loading, b.large)
			}
		})
	}
	of, err := compete(ctx, b.rounds, b.turn, []rival{{oneAtATime, b.large.process.cpu, opening(b.large, 1, b.addresses[b.large]["detail"]), nil}})
	stop()
	under.Wait()
	if err != nil {
		return err
	}
	page := of[oneAtATime]
	b.others.add(fmt.Sprintf("detail, while one person makes %d searches of the audit log at once", auditLoad), "p99 < 250 ms",
		fmt.Sprintf("p50 %s, p99 %s", milliseconds(page.p50), milliseconds(page.p99)), yes(page.p99 < 250*time.Millisecond))
	return nil
}

// searchLog searches the audit log for a word that it does not have, whatever the answer is.
func searchLog(ctx context.Context, s *site) {
	r, err := s.request(ctx, http.MethodGet, "/audit?q="+noWord, "")
	if err != nil {
		return
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// batchSize is about how many users a batch is measured with: those that the term with the
// nearest number of hits finds.
const batchSize = 5000

// measureBatch measures one act on many users, and the directory's first page meanwhile.
func (b *bench) measureBatch(ctx context.Context) error {
	const name = "batch: label about 5,000 users"
	return b.opened(ctx, name, func(d *openDirectory) error { return b.labelMany(ctx, d, name) })
}

// labelMany is measureBatch with an open directory.
func (b *bench) labelMany(ctx context.Context, d *openDirectory, name string) error {
	c, err := dial(ctx, b.large.address)
	if err != nil {
		return err
	}
	defer c.conn.Close()
	first := b.large.page("/users", browserEncodings)
	idle, err := rival{name: firstPage, work: counting(func(int) error { return c.do(first) })}.turn(ctx, b.turn)
	if err != nil {
		return err
	}
	batch, err := b.large.prepareBatch(ctx, d, b.termOf(batchSize))
	if err != nil {
		return err
	}
	if err := b.large.startBatch(ctx, batch); err != nil {
		return err
	}
	busy, err := rival{name: firstPage, work: func(ctx context.Context, _ time.Duration) ([]time.Duration, error) {
		return d.during(ctx, &batch, func() error { return c.do(first) })
	}}.turn(ctx, 0)
	if err != nil {
		return err
	}
	b.addBatch(name, batch, idle, busy)
	return nil
}

// addBatch adds the row of a batch, with the first page before and meanwhile.
func (b *bench) addBatch(name string, batch users.Batch, idle, busy figures) {
	took, least, goal := batch.EndedAt.Sub(batch.StartedAt).Seconds(), 500.0, "≥ 500 users/s"
	if b.postgres() {
		least, goal = 250, "≥ 250 users/s"
	}
	rate, times := float64(batch.Worked())/took, float64(busy.p50)/float64(idle.p50)
	b.results.add(name, goal+"; pages ≤ 3 × idle", fmt.Sprintf("%s users in %.1f s, %s/s; the first page p50 %s, p99 %s, idle %s: %.1f ×",
		numbers.Grouped(batch.Worked()), took, whole(rate), milliseconds(busy.p50), milliseconds(busy.p99), milliseconds(idle.p50), times), rate >= least && times <= 3)
}

// termOf returns the search term with the number of hits that is nearest to hits.
func (b *bench) termOf(hits int) term {
	var all []term
	for _, d := range b.terms {
		all = append(all, d.terms...)
	}
	return nearest(all, hits, 1)[0]
}

// prepareBatch prepares a batch on the users that a term finds, and returns it with its preview.
// It adds a label, or removes it where an earlier run has added it.
func (s *site) prepareBatch(ctx context.Context, d *openDirectory, t term) (b users.Batch, err error) {
	for _, field := range []string{"add_labels", "remove_labels"} {
		address := "/users/batch?" + url.Values{"act": {"labels"}, "all": {"1"}, "q": {t.text}}.Encode()
		to, err := s.post(ctx, address, "/users/batch", url.Values{"act": {"labels"}, "all": {"1"}, "step": {"values"}, "q": {t.text}, field: {"bench"}, "reason": {agent}})
		if err != nil {
			return b, err
		}
		if b, err = d.await(ctx, to, users.Batch.Ready); err != nil || b.Changed > 0 {
			return b, err
		}
	}
	return b, errors.New("the batch would change no user")
}

// await returns the batch in an address once it is as wanted.
func (d *openDirectory) await(ctx context.Context, address string, wanted func(users.Batch) bool) (users.Batch, error) {
	id := users.BatchID(batchPattern.FindString(address))
	b, err := d.Batch(ctx, d.actor, id)
	for err == nil && !wanted(b) {
		time.Sleep(50 * time.Millisecond)
		b, err = d.Batch(ctx, d.actor, id)
	}
	return b, err
}

// startBatch starts a batch.
func (s *site) startBatch(ctx context.Context, b users.Batch) error {
	at := "/batches/" + string(b.ID)
	_, err := s.post(ctx, at, at+"/start", url.Values{"confirm": {fmt.Sprint(b.Changed)}, "reason": {agent}})
	return err
}

// during does something over and over until a batch has ended, of which it keeps the result in b.
func (d *openDirectory) during(ctx context.Context, b *users.Batch, do func() error) (latencies []time.Duration, err error) {
	for !b.Ended() {
		began := time.Now()
		if err := do(); err != nil {
			return nil, err
		}
		latencies = append(latencies, time.Since(began))
		if *b, err = d.Batch(ctx, d.actor, b.ID); err != nil {
			return nil, err
		}
	}
	return latencies, nil
}

var (
	batchPattern   = regexp.MustCompile(`bat_[a-z0-9]+`)
	formKeyPattern = regexp.MustCompile(`name="form" value="([^"]+)"`)
)

// formKey returns the key of the forms on a page.
func (s *site) formKey(ctx context.Context, page string) (string, error) {
	shown, err := s.get(ctx, page, "")
	if err != nil {
		return "", err
	}
	key := formKeyPattern.FindSubmatch(shown)
	if key == nil {
		return "", fmt.Errorf("%s has no form", page)
	}
	return string(key[1]), nil
}

// post posts the form of a page and returns where it leads.
func (s *site) post(ctx context.Context, page, path string, form url.Values) (location string, err error) {
	key, err := s.formKey(ctx, page)
	if err != nil {
		return "", err
	}
	form.Set("form", key)
	return s.send(ctx, path, "application/x-www-form-urlencoded", form.Encode())
}

// send posts a body and returns where it leads.
func (s *site) send(ctx context.Context, path, kind, body string) (location string, err error) {
	c, err := dial(ctx, s.address)
	if err != nil {
		return "", err
	}
	defer c.conn.Close()
	answer, err := c.send(request(http.MethodPost, path, body, "Host: "+s.address, s.session, "Sec-Fetch-Site: same-origin", "Content-Type: "+kind), http.StatusSeeOther)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.Header.Get("Location"), err
}

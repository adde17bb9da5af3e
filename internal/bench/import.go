package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// importSize is how many people an import adds.
const importSize = 10_000

// measureImport measures how long it takes to add many people, from the upload of their
// addresses to the end of the batch. They stay in the directory.
func (b *bench) measureImport(ctx context.Context) error {
	const name = "import: add 10,000 people"
	return b.opened(ctx, name, func(d *openDirectory) error { return b.addMany(ctx, d, name) })
}

// addMany is measureImport with an open directory.
func (b *bench) addMany(ctx context.Context, d *openDirectory, name string) error {
	began := time.Now()
	to, err := b.large.upload(ctx, addresses(began, importSize))
	if err != nil {
		return err
	}
	batch, err := d.await(ctx, to, users.Batch.Ready)
	if err != nil {
		return err
	}
	checked := time.Since(began)
	if err := b.large.startBatch(ctx, batch); err != nil {
		return err
	}
	if batch, err = d.await(ctx, to, users.Batch.Ended); err != nil {
		return err
	}
	took := time.Since(began)
	b.results.add(name, "≤ 30 s", fmt.Sprintf("%s added in %.1f s, of which the check %.1f s", numbers.Grouped(batch.Changed), took.Seconds(), checked.Seconds()),
		took <= 30*time.Second && batch.Changed == importSize)
	return nil
}

// addresses returns that many addresses with names, a line each, which no other time has.
func addresses(at time.Time, n int) string {
	var text bytes.Buffer
	for i := range n {
		fmt.Fprintf(&text, "Import Number %d <import.%d.%d@example.com>\n", i, at.UnixNano(), i)
	}
	return text.String()
}

// upload posts the form that adds many people and returns where it leads.
func (s *site) upload(ctx context.Context, text string) (location string, err error) {
	const page = "/users/import"
	key, err := s.formKey(ctx, page)
	if err != nil {
		return "", err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := errors.Join(form.WriteField("form", key), form.WriteField("text", text), form.Close()); err != nil {
		return "", err
	}
	return s.send(ctx, page, form.FormDataContentType(), body.String())
}

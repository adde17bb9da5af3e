package web

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/directory"
)

// Routes returns the table of all routes, for the tests that walk it.
func (a *App) Routes() []route { return a.table }

// PlaceURLs returns the addresses of the pages that the palette leads to.
func PlaceURLs() (all []string) {
	for _, p := range places {
		all = append(all, p.url)
	}
	return all
}

// OwnPath is ownPath, for the table of addresses that lead elsewhere.
func (a *App) OwnPath(to string) string { return a.ownPath(to) }

// SetExportPause gives a client so long to take a block of an export.
func (a *App) SetExportPause(d time.Duration) { a.exportPause = d }

// Exported returns the file that an export of users in a format is.
func Exported(format string, all ...*directory.Exported) (string, error) {
	return ExportedColumns(format, nil, all...)
}

// ExportedColumns is Exported with some columns.
func ExportedColumns(format string, columns []string, all ...*directory.Exported) (string, error) {
	i := slices.IndexFunc(exportFormats, func(f exportFormat) bool { return f.value == format })
	var file bytes.Buffer
	out, err := exportFormats[i].open(&file, columns)
	if err != nil {
		return "", err
	}
	var b []byte
	add := exportFormats[i].rows(columns)
	for _, u := range all {
		if b, err = add(b, u); err != nil {
			return "", err
		}
	}
	if _, err := out.Write(b); err != nil {
		return "", err
	}
	err = out.Close()
	return file.String(), err
}

// SetBudget sets how many bytes requests may hold together.
func (a *App) SetBudget(size int64) { a.budget.size = size }

// RequestsUnderWay returns how many requests are being answered.
func (a *App) RequestsUnderWay() int64 { return a.budget.requests.Load() }

// ServeAt has h serve the protocol at prefix. Errors of the frame are answered as before.
func (a *App) ServeAt(prefix string, h http.Handler) {
	for i := range a.protocols {
		if a.protocols[i].prefix == prefix {
			a.protocols[i].Handler = h
		}
	}
}

// What a protocol gets from the frame.
var (
	NoteRoute   = noteRoute
	ReadAPIBody = readAPIBody
)

// Fail answers a request of /v1 with an error.
func (a *App) Fail(w http.ResponseWriter, r *http.Request, err error) {
	a.protocolOf(r).fail(w, r, err)
}

// SetWorkers has each pool handle n requests at the same time.
func (a *App) SetWorkers(n int) { a.pools = pools{newPool(n), newPool(n), newPool(n)} }

// OccupyWorkers takes a worker of each pool until release is called.
func (a *App) OccupyWorkers(ctx context.Context) (release func()) {
	busy, free := make(chan struct{}), make(chan struct{})
	for _, p := range []pool{a.pools.pages, a.pools.forms, a.pools.calls} {
		go p.do(ctx, func(*worker) {
			busy <- struct{}{}
			<-free
		})
		<-busy
	}
	return func() { close(free) }
}

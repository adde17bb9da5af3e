package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// auditExportPath is where the log is exported.
const auditExportPath = "/audit/export"

// auditExportForm is the form that exports the log, as the page asks for it.
type auditExportForm struct {
	Text    string `form:"q"`
	Actor   string `form:"actor"`
	Target  string `form:"target"`
	Action  string `form:"action"`
	Group   string `form:"group"`
	From    string `form:"from"`
	To      string `form:"to"`
	View    string `form:"view"`
	SignIns string `form:"signins"`
	Format  string `form:"format"`
}

// address returns the address of the log that the form exports.
func (f auditExportForm) address() listAddress {
	l := listAddress{path: "/audit", query: url.Values{}}
	for key, value := range map[string]string{
		"q": f.Text, "actor": f.Actor, "target": f.Target, "action": f.Action, "group": f.Group, "from": f.From, "to": f.To, "view": f.View, "signins": f.SignIns,
	} {
		if value != "" {
			l.query.Set(key, truncate(key, value))
		}
	}
	return l
}

// auditExport is the form that exports what an address shows.
func auditExport(l listAddress, key string) *views.AsOfExport {
	m := &views.AsOfExport{Action: auditExportPath, Fields: []views.Option{{Label: formField, Value: key}}}
	for _, name := range append([]string{"view", "signins"}, auditFilters...) {
		if l.has(name) {
			m.Fields = append(m.Fields, views.Option{Label: name, Value: l.get(name)})
		}
	}
	for _, f := range exportFormats {
		m.Formats = append(m.Formats, views.Option{Value: f.value, Label: words.Format(f.value)})
	}
	return m
}

// exportEvents serves POST /audit/export.
func (a *App) exportEvents(c echo.Context) error {
	if wait := a.exports.take(client{network(requestOf(c.Request()).address, 64), actor(c).Key}); wait > 0 {
		retryAfter(c.Response().Header(), wait)
		return httperror.ErrExportedOften
	}
	var form auditExportForm
	if err := bindForm(c, &form); err != nil {
		return err
	}
	address := form.address()
	query, bad := auditQuery(address, zoneOf(viewer(c)))
	if _, err := a.findNamed(c, address, &query, bad); err != nil {
		return err
	}
	i := slices.IndexFunc(exportFormats, func(f exportFormat) bool { return f.value == form.Format })
	if i < 0 {
		bad.Fields = append(bad.Fields, users.FieldError{Field: "format", Message: words.ChooseFormat})
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	format := exportFormats[i]
	format.columns = eventColumns
	query.Compact, query.Limit = false, users.MaxLimit
	// What is wrong with the query is said before anything is recorded.
	if _, err := a.readEvents(c, query, true); err != nil {
		return err
	}
	return a.sendFile(c, "audit-log."+format.extension, rand.Text(), format, func(s *exportSender) error {
		return a.sendEvents(s, actor(c), address, query)
	})
}

// sendEvents records the export, sends the events that query selects, as of its beginning, and
// records how it ended.
func (a *App) sendEvents(s *exportSender, by users.Actor, l listAddress, query history.Query) error {
	end, err := a.directory.BeginExport(s.ctx, by)
	if err != nil {
		return err
	}
	defer end()
	fields := []users.Change{{Field: "list", New: users.ExportedLog}, {Field: "format", New: s.format.value}}
	for _, key := range append([]string{"view", "signins"}, auditFilters...) {
		if l.has(key) {
			fields = append(fields, users.Change{Field: key, New: l.get(key)})
		}
	}
	began, err := a.users.ExportBegan(s.ctx, by, fields)
	if err != nil {
		return fmt.Errorf("export the audit log: %w", err)
	}
	query.After, query.Before = strconv.FormatInt(began, 10), ""
	err = s.Begin(0, a.users.Permit(by, users.ActExport))
	if err == nil {
		err = a.sendPages(s, by, query)
	}
	sent, err := s.End(err)
	a.users.ExportEnded(s.ctx, by, users.ExportResult{Export: began, Sent: sent, End: directory.ExportEndOf(err), Log: true})
	return err
}

// errTooManyEvents is that a file of the format cannot hold the rest.
var errTooManyEvents = errors.New("the format holds no more events")

// sendPages sends the events page by page. No statement is open while it waits for the client.
func (a *App) sendPages(s *exportSender, by users.Actor, query history.Query) error {
	row, all := eventRowsOf(s.format.value), 0
	for {
		page, err := a.eventPage(s.ctx, by, query)
		if err != nil {
			return err
		}
		if all += len(page.Events); s.format.most > 0 && all > s.format.most {
			return errTooManyEvents
		}
		for _, e := range page.Events {
			if s.part.bytes, err = row(s.part.bytes, e); err != nil {
				return err
			}
			s.part.ends = append(s.part.ends, len(s.part.bytes))
		}
		if err := s.Send(); err != nil {
			return err
		}
		if query.After = page.Next; query.After == "" {
			return nil
		}
	}
}

// eventPage reads one page for an export. A search that the actor makes meanwhile takes its
// connection, so that it reads again.
func (a *App) eventPage(ctx context.Context, by users.Actor, query history.Query) (history.Page, error) {
	for {
		page, err := a.history.Events(ctx, by, query)
		if !errors.Is(err, users.ErrSuperseded) || ctx.Err() != nil {
			return page, err
		}
	}
}

// eventColumns are the columns of an export of the log.
var eventColumns = []string{
	"number", "time", "action", "actor", "actor_name", "target", "target_name", "via", "address", "reason", "changes", "batch", "undoes", "request_id",
}

// eventCells are the cells of an event, in the order of eventColumns.
func eventCells(e users.Event) []string {
	changes := make([]string, len(e.Changes))
	for i, c := range e.Changes {
		changes[i] = c.Field + ": " + cmp.Or(c.Old, "–") + " → " + cmp.Or(c.New, "–")
	}
	undoes := ""
	if e.Undoes != 0 {
		undoes = strconv.FormatInt(e.Undoes, 10)
	}
	return []string{
		strconv.FormatInt(e.Seq, 10), timeCell(e.At), string(e.Action), string(e.Actor.ID), e.Actor.Name, string(e.Target.ID), e.Target.Name,
		string(e.Via), e.Address, e.Reason, strings.Join(changes, "\n"), e.Group, undoes, e.RequestID,
	}
}

// An exportedEvent is a line of an export of the log as JSON Lines.
type exportedEvent struct {
	Number  int64           `json:"number"`
	Time    time.Time       `json:"time"`
	Action  users.Action    `json:"action"`
	Actor   *users.ID       `json:"actor"`
	ActorNm *string         `json:"actor_name"`
	Target  *users.ID       `json:"target"`
	TargetN *string         `json:"target_name"`
	Via     users.Via       `json:"via"`
	Address *string         `json:"address"`
	Reason  *string         `json:"reason"`
	Changes []exportedField `json:"changes"`
	Batch   *string         `json:"batch"`
	Undoes  *int64          `json:"undoes"`
	Request string          `json:"request_id"`
}

// An exportedField is one change of an exported event.
type exportedField struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// eventRowsOf returns what appends an event to b as a row of a format.
func eventRowsOf(format string) func(b []byte, e users.Event) ([]byte, error) {
	switch format {
	case "jsonl":
		return eventLine
	case "xlsx":
		row, style := 1, "0"
		if parts, err := xlsxFrame(); err == nil { // else openXLSX returns the error
			style = parts.style
		}
		return func(b []byte, e users.Event) ([]byte, error) {
			row++
			b = beginXLSXRow(b, row)
			for column, text := range eventCells(e) {
				b = appendXLSXCell(b, column, row, style, text)
			}
			return append(b, `</row>`...), nil
		}
	}
	return func(b []byte, e users.Event) ([]byte, error) {
		for column, text := range eventCells(e) {
			if column > 0 {
				b = append(b, ',')
			}
			b = appendCell(b, text)
		}
		return append(b, "\r\n"...), nil
	}
}

// eventLine appends an event as a line of JSON.
func eventLine(b []byte, e users.Event) ([]byte, error) {
	x := exportedEvent{
		Number: e.Seq, Time: e.At, Action: e.Action, Actor: orNull(&e.Actor.ID), ActorNm: orNull(&e.Actor.Name), Target: orNull(&e.Target.ID), TargetN: orNull(&e.Target.Name),
		Via: e.Via, Address: orNull(&e.Address), Reason: orNull(&e.Reason), Batch: orNull(&e.Group), Request: e.RequestID, Changes: []exportedField{},
	}
	for _, c := range e.Changes {
		x.Changes = append(x.Changes, exportedField(c))
	}
	if e.Undoes != 0 {
		x.Undoes = &e.Undoes
	}
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(&x)
	return append(b, line.Bytes()...), err
}

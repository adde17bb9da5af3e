package web

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// batchesShown is how many batches a page lists.
const batchesShown = 50

// listBatches serves GET /batches.
func (a *App) listBatches(c echo.Context) error {
	from := users.BatchPage{ID: users.BatchID(c.QueryParam("after"))}
	if from.ID != "" {
		last, err := a.users.Batch(c.Request().Context(), actor(c), from.ID)
		if err != nil {
			return users.ErrBadCursor
		}
		from.At = last.CreatedAt
	}
	all, err := a.users.Batches(c.Request().Context(), actor(c), from, batchesShown+1)
	if err != nil {
		return err
	}
	m := views.Batches{Chrome: a.chrome(c, words.Batches, "audit"), MayStart: actor(c).May(users.ActBatch, users.User{}) == nil}
	if len(all) > batchesShown {
		all = all[:batchesShown]
		m.Pager.Next = "/batches?after=" + string(all[batchesShown-1].ID)
	}
	if from.ID != "" {
		m.Pager.Previous = "/batches"
	}
	t := a.presenter(c)
	for _, b := range all {
		m.Batches = append(m.Batches, views.BatchRow{
			Title: batchTitle(b), URL: batchPath(b.ID), State: batchBadge(b), Actor: t.person(b.Actor), When: t.time(b.CreatedAt),
			Progress: words.BatchCounts(b), Reason: words.Plain(b.Reason),
		})
	}
	m.Pager.Range = numbers.Counted(len(all), "batch", "batches")
	return render(c, http.StatusOK, views.BatchesPage(m))
}

// showBatch serves GET /batches/:batch: the preview, the progress or the result.
func (a *App) showBatch(c echo.Context) error {
	b, err := a.users.Batch(c.Request().Context(), actor(c), batchID(c))
	if err != nil {
		return err
	}
	if b.Values.Import != nil && b.State == users.BatchPrepared && b.Ready() {
		return a.showImport(c, b, *b.Values.Import, outcome{})
	}
	m, err := a.batchPage(c, b, startForm{Reason: b.Reason}, outcome{})
	if err != nil {
		return err
	}
	if isFragment(c, views.BatchProgressID) && m.Poll != "" {
		return render(c, http.StatusOK, views.BatchProgress(m))
	}
	if isHTMX(c) && m.Poll == "" { // the work has ended: the whole page shows the result
		c.Response().Header().Set("HX-Redirect", batchPath(b.ID))
		return c.NoContent(http.StatusOK)
	}
	return render(c, http.StatusOK, views.BatchPage(m))
}

// batchTitle says what a batch is to do, or has done.
func batchTitle(b users.Batch) string {
	if b.Act == users.BatchImport {
		return words.AddMany
	}
	n := b.Items
	if b.State == users.BatchPrepared && b.Ready() {
		n = b.Changed
	}
	return words.BatchTitle(b.Act, numbers.Counted(n, "user", "users"))
}

// batchBadge is the state of a batch.
func batchBadge(b users.Batch) views.Badge {
	tones := map[users.BatchState]string{users.BatchRunning: "info", users.BatchStopped: "warn", users.BatchDone: "ok"}
	return views.Badge{Word: words.BatchState(b.State), Tone: tones[b.State]}
}

// batchPage is the page of a batch, with the form that starts it as it is filled in.
func (a *App) batchPage(c echo.Context, b users.Batch, form startForm, o outcome) (views.Batch, error) {
	t, title := a.presenter(c), batchTitle(b)
	m := views.Batch{
		Chrome: a.chrome(c, title, "users"), FormState: views.FormState{Problems: o.problems}, Heading: title, State: batchBadge(b),
		Actor: t.person(b.Actor), Reason: words.Plain(b.Reason), When: t.time(cmp.Or(b.StartedAt, b.CreatedAt)),
		Prepared: b.State == users.BatchPrepared, Done: b.State == users.BatchDone,
	}
	m.Crumbs = []views.Link{{Label: "Users", URL: "/users"}, {Label: words.Batches, URL: "/batches"}, {Label: words.BatchAct(b.Act)}}
	working := !b.Ended() && b.Worked() < b.Items
	if working {
		m.Poll, m.Refresh = batchPath(b.ID), true
		m.Progress = views.Progress{Done: b.Worked(), Of: b.Items, Text: words.BatchProgress(b), Left: words.TimeLeft(b, t.now)}
	}
	m.Strip = batchStrip(b)
	if err := a.batchItems(c, b, &m); err != nil {
		return m, err
	}
	return m, a.batchActs(c, b, form, o, &m)
}

// batchActs adds what the viewer can do with a batch now.
func (a *App) batchActs(c echo.Context, b users.Batch, form startForm, o outcome, m *views.Batch) error {
	who, t := actor(c), a.presenter(c)
	may := who.May(users.ActBatch, users.User{}) == nil
	switch {
	case m.Prepared && b.Ready():
		m.Heading, m.Text = m.Heading+"?", words.BatchPrepared(b, t.time(b.CreatedAt).Exact)
		if b.Changed > 0 {
			m.Start = t.batchStart(b, form, o, a.beforeBatch(c, b))
		} else {
			m.Heading, m.Text = words.BatchNothing, words.BatchNothingText
		}
	case m.Prepared:
		m.Heading = words.BatchPreparing
	case b.State == users.BatchRunning && who.MayStop(b):
		m.Stop = batchPath(b.ID, "stop")
	}
	if !b.Ended() {
		return nil
	}
	m.Audit = "/audit?group=" + string(b.ID)
	if b.Act == users.BatchImport {
		if err := a.importInvite(c, b, m); err != nil {
			return err
		}
	}
	by, err := a.users.UndoneBy(c.Request().Context(), b.ID)
	if err != nil {
		return err
	}
	until := ""
	if by != "" {
		m.UndoneBy = batchPath(by)
	} else if until = t.undoableUntil(b); may && until != "" {
		m.Undo = batchPath(b.ID, "undo")
	}
	m.Result = words.BatchResult(b, until)
	return nil
}

// undoableUntil returns the day until which a batch can be undone; empty if it cannot.
func (t presenter) undoableUntil(b users.Batch) string {
	if !b.Undoable() {
		return ""
	}
	return words.Date(users.DateOf(b.ExpiresAt.In(t.zone)))
}

// batchStart is the form that starts a batch, with the address that its Cancel leads to.
func (t presenter) batchStart(b users.Batch, form startForm, o outcome, cancel string) *views.BatchStart {
	s := &views.BatchStart{
		Action: batchPath(b.ID, "start"), Cancel: cancel, Button: batchTitle(b), Danger: b.Act == users.BatchDeactivate,
		Ends: words.BatchEnds(b), Stays: words.BatchStays(b), Reason: o.reasonField(form.Reason),
	}
	s.Back = words.BatchBack(b, words.Date(users.DateOf(t.now.Add(users.BatchKept).In(t.zone))))
	if b.Changed > users.ConfirmBatch {
		n := strconv.Itoa(b.Changed)
		s.Confirm = new(o.on(views.Field{Autofocus: true, Name: "confirm", Label: "Type " + n + " to confirm", Value: form.Confirm, Required: true, Hint: words.ConfirmHint(users.ConfirmBatch)}))
	}
	return s
}

// batchStrip are the counts of a batch.
func batchStrip(b users.Batch) []views.Stat {
	changed, tone := words.WillChange, "t-info"
	if b.State != users.BatchPrepared {
		changed, tone = words.HasChanged, "t-ok"
	}
	stats := []views.Stat{
		{Label: changed, Value: numbers.Grouped(b.Changed), Tone: tone},
		{Label: words.AlreadySo, Value: numbers.Grouped(b.Same), Tone: "muted"},
		{Label: words.Left, Value: numbers.Grouped(b.Moved), Tone: "t-warn"},
		{Label: words.Refused, Value: numbers.Grouped(b.Refused), Tone: "t-bad"},
	}
	if b.State == users.BatchPrepared && b.Act != users.BatchUndo { // nothing has changed since the preview
		stats = append(stats[:2], stats[3])
	}
	if left := b.Items - b.Worked(); b.Ended() && left > 0 {
		stats = append(stats, views.Stat{Label: words.NotReached, Value: numbers.Grouped(left), Tone: "muted"})
	}
	return stats
}

// batchParts are the parts of a batch by the parameter part, in the order of their tabs.
var batchParts = []struct {
	part    string
	outcome users.ItemOutcome
}{{"change", users.ItemChanged}, {"same", users.ItemSame}, {"left", users.ItemMoved}, {"refused", users.ItemRefused}}

// batchItems adds the items of the part that c asks for: of what needs a look after the end, else
// of the changes.
func (a *App) batchItems(c echo.Context, b users.Batch, m *views.Batch) error {
	counts := map[users.ItemOutcome]int{users.ItemChanged: b.Changed, users.ItemSame: b.Same, users.ItemMoved: b.Moved, users.ItemRefused: b.Refused}
	at, first := c.QueryParam("part"), ""
	for _, p := range batchParts {
		if counts[p.outcome] > 0 && (first == "" || b.Ended() && (p.outcome == users.ItemMoved || p.outcome == users.ItemRefused && first != "left")) {
			first = p.part
		}
	}
	at = cmp.Or(at, first)
	part, known := users.BatchPart{}, false
	for _, p := range batchParts {
		if p.part == at {
			part.Outcome, known = p.outcome, true
		}
		if n := counts[p.outcome]; n > 0 {
			m.Parts = append(m.Parts, views.Tab{Label: words.BatchPart(p.outcome, m.Prepared), URL: batchPath(b.ID) + "?part=" + p.part, Count: numbers.Grouped(n), Current: p.part == at})
		}
	}
	if !known {
		return nil
	}
	items, pager, err := a.itemsOf(c, b, part, at, counts[part.Outcome])
	if err != nil {
		return err
	}
	t := a.presenter(c)
	for _, i := range items {
		m.Lines = append(m.Lines, t.batchLine(b, i))
	}
	m.Pager = pager
	return nil
}

// itemsOf returns the page of a part of a batch that c asks for, of which there are total items, and
// the way to the others.
func (a *App) itemsOf(c echo.Context, b users.Batch, part users.BatchPart, at string, total int) ([]users.BatchItem, views.Pager, error) {
	if err := pageOfItems(c, &part); err != nil {
		return nil, views.Pager{}, err
	}
	items, before, after, err := a.users.BatchItems(c.Request().Context(), actor(c), b, part)
	return items, itemPager(b, at, items, total, before, after), err
}

// itemPager leads through the items of a part of a batch, of which total there are.
func itemPager(b users.Batch, part string, items []users.BatchItem, total int, before, after bool) (p views.Pager) {
	if len(items) == 0 {
		return p
	}
	here := batchPath(b.ID) + "?part=" + part
	p.Range = words.OfPart(b.Act, len(items), total)
	if before {
		p.Previous = here + "&before=" + strconv.Itoa(items[0].Number)
	}
	if after {
		p.Next = here + "&after=" + strconv.Itoa(items[len(items)-1].Number)
	}
	return p
}

// pageOfItems sets which page of the items c asks for.
func pageOfItems(c echo.Context, part *users.BatchPart) (err error) {
	if part.After, err = itemNumber(c, "after"); err == nil {
		part.Before, err = itemNumber(c, "before")
	}
	return err
}

// batchLine shows one item of a batch.
func (t presenter) batchLine(b users.Batch, i users.BatchItem) views.BatchLine {
	person := i.User.Ref()
	if person.Key == "" {
		person = users.Ref{Key: i.Key, ID: i.Since.Target.ID, Name: i.Since.Target.Name}
	}
	if row, ok := i.Row(); ok && i.Key == "" && b.Values.Import != nil {
		values := b.Values.Import.Values(row)
		person.ID = users.ID(cmp.Or(values[users.ImportID], values[users.ImportName], "Line "+strconv.Itoa(row.Line)))
	}
	line := views.BatchLine{Person: t.pictured(person, i.User.PictureURL), Why: words.BatchWhy(b, i), With: words.BatchEffects(b, i)}
	if i.User.Key == "" {
		line.Person.URL = ""
	}
	e := users.Event{Changes: i.Cause.Changes, Action: users.ActionEdited}
	if i.Since.Seq != 0 && i.Cause.Code == "" { // by others meanwhile
		e = i.Since
	}
	if i.Since.Seq != 0 {
		line.By, line.At = t.actorOf(i.Since.Actor, i.Since.ActorKind()), new(t.time(i.Since.At))
	}
	line.Changes = t.changes(e)
	return line
}

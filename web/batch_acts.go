package web

import (
	"errors"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// batchPath returns the path of the page of a batch, or of one below it.
func batchPath(id users.BatchID, tail ...string) string {
	return strings.Join(append([]string{"/batches", string(id)}, tail...), "/")
}

// batchID returns the batch in the path of c.
func batchID(c echo.Context) users.BatchID { return users.BatchID(c.Param("batch")) }

// startForm is the form that starts a batch, as it is posted.
type startForm struct {
	Confirm string `form:"confirm"`
	Reason  string `form:"reason"`
}

// startBatch serves POST /batches/:batch/start. A mistake shows the preview again.
func (a *App) startBatch(c echo.Context) error {
	var form startForm
	ctx, id := c.Request().Context(), batchID(c)
	err := bindForm(c, &form)
	if err == nil {
		err = a.users.StartBatch(ctx, actor(c), id, users.BatchStart{Confirm: strings.TrimSpace(form.Confirm), Reason: form.Reason})
	}
	switch {
	case err == nil:
		a.awaitBatch(c, id)
		return a.seeOther(c, batchPath(id))
	case !correctable(err):
		return err
	}
	b, readErr := a.users.Batch(ctx, actor(c), id)
	if readErr == nil && b.State != users.BatchPrepared {
		readErr = users.ErrBatchState
	}
	if readErr != nil {
		return readErr
	}
	m, pageErr := a.batchPage(c, b, form, outcomeOf(err))
	if pageErr != nil {
		return pageErr
	}
	return render(c, formStatus(err), views.BatchPage(m))
}

// stopBatch serves POST /batches/:batch/stop.
func (a *App) stopBatch(c echo.Context) error {
	id := batchID(c)
	err := a.users.StopBatch(c.Request().Context(), actor(c), id)
	if err != nil && !errors.Is(err, users.ErrBatchState) { // it has ended meanwhile, as its page shows
		return err
	}
	return a.seeOther(c, batchPath(id))
}

// undoBatchForm is the form that undoes a batch, as it is posted.
type undoBatchForm struct {
	ReturnTo string `form:"return_to"` // the page to show afterwards, of the line that says what was done
}

// undoBatch serves POST /batches/:batch/undo: the preview of a batch that undoes another one. From
// the line after an act that was done at once it is undone at once, if all of it can be.
func (a *App) undoBatch(c echo.Context) error {
	var form undoBatchForm
	if err := bindForm(c, &form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	undone, err := a.users.Batch(ctx, actor(c), batchID(c))
	if err != nil {
		return err
	}
	id, err := a.users.UndoBatch(ctx, actor(c), undone.ID, "")
	if err != nil {
		return err
	}
	a.awaitBatch(c, id)
	if !plainPath(form.ReturnTo) || !actsAtOnce[undone.Act] {
		return a.seeOther(c, batchPath(id))
	}
	preview, err := a.users.Batch(ctx, actor(c), id)
	if err != nil {
		return err
	}
	if !preview.Ready() || preview.Changed < preview.Items || preview.Items > users.MaxBatchAtOnce {
		return a.seeOther(c, batchPath(id))
	}
	if err := a.users.StartBatch(ctx, actor(c), id, users.BatchStart{Confirm: strconv.Itoa(preview.Changed)}); err != nil {
		return err
	}
	a.awaitBatch(c, id)
	return a.showWorked(c, id, form.ReturnTo)
}

// showWorked leads back to a page, which says what a batch has done. If some of its users are not
// changed, or it still runs, it leads to the page of the batch.
func (a *App) showWorked(c echo.Context, id users.BatchID, to string) error {
	b, err := a.users.Batch(c.Request().Context(), actor(c), id)
	switch {
	case err != nil:
		return err
	case b.State != users.BatchDone || b.Refused+b.Moved > 0:
		return a.seeOther(c, batchPath(id))
	case b.Changed == 0:
		a.flash(c, words.NothingWasChanged, eventRange{})
	default:
		a.flash(c, words.BatchResult(b, ""), requestOf(c.Request()).recorded)
	}
	return a.seeOther(c, to)
}

// itemNumber returns the number of an item in the query of c, zero for none.
func itemNumber(c echo.Context, name string) (int, error) {
	text := c.QueryParam(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, users.ErrBadCursor
	}
	return n, nil
}

// beforeBatch returns the address that the viewer came from to the preview of a batch: the batch that
// it undoes, or the list of the directory.
func (a *App) beforeBatch(c echo.Context, b users.Batch) string {
	if b.Undoes != "" {
		return batchPath(b.Undoes)
	}
	l, _ := a.list(c)
	return l.String()
}

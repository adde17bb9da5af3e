package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
)

// routes adds every page of the console, grouped by who may request it. The domain checks the
// permission to act on a user in each call.
func (a *App) routes(e *echo.Echo) {
	anyone := a.group(e, accessAnyone)
	anyone.plain("/static/*", a.asset)
	anyone.plain("/healthz", a.health)
	anyone.plain("/readyz", a.ready)
	anyone.page("/", a.home)
	anyone.plain("/sign-in", a.signIn)
	anyone.step("/sign-in/start", a.startSignIn)
	anyone.step("/sign-in/callback", a.finishSignIn)
	anyone.repeat("/sign-out", a.signOut)
	anyone.repeat(backchannelPath, a.logOutByProvider)
	anyone.repeat("/theme", a.setTheme)
	anyone.repeat(lookUpPath, a.lookUpForm)
	if a.demo {
		anyone.page("/_ui", a.components)
	}

	a.signedInPages(e)
	a.restricted(e)
	a.batchPages(e)
}

// signedInPages adds the pages of everyone with a session. Some are also about other users, as far
// as the domain permits.
func (a *App) signedInPages(e *echo.Echo) {
	own := a.group(e, accessSignedIn)
	own.form("/profile", a.profileForm, a.editProfile, to("/profile"))
	own.repeat("/profile/seen", a.seeNews)
	own.post("/profile/sessions/end", a.endOwnSessions, to("/profile#sessions"))
	own.plain("/profile/data", a.profileData)
	own.post("/profile/delete", a.deleteOwn, signsOut)
	own.page("/users/:id", a.userDetail) // also for the responsible person
	own.page("/users/:id/activity", a.userActivity)
	own.page("/users/:id/sessions", a.userSessions)
	own.form("/users/:id/edit", a.editUserForm, a.editUser, toUser())
	own.form("/users/:id/delete", a.deleteUserForm, a.deleteUser, toTodo(to("/users")))
	own.post("/users/:id/sessions/end", a.endUserSessions, toUser("sessions"))
	own.post(reviewedPath, a.markReviewed, a.toList(toUser()))
	own.page("/api", a.apiReference)
	own.page("/go", a.showPalette)
	own.page("/about", a.showAbout)
	own.page("/keys", a.showKeys)
	own.repeat("/keys", a.setKeys)
	own.page("/audit/:seq", a.showEvent) // also for the target of the event
	own.form("/audit/:seq/undo", a.undoEventForm, a.undoEvent, toReturn)
	a.tokenPages(own, "/users/:id/tokens")
	a.tokenPages(own, ownTokens)
	own.repeatForm("/tokens/requests/:request", a.showTokenRequest, a.decideTokenRequest)
}

// tokenPages adds the pages about tokens: the viewer's own, those of service users that the viewer
// is responsible for, and others as the domain permits.
func (a *App) tokenPages(g group, at string) {
	g.page(at, a.userTokens)
	g.form(at+"/new", a.newTokenForm, a.newToken, toTokens)
	g.page(at+"/:token", a.showToken)
	g.form(at+"/:token/end", a.endTokenForm, a.endToken, toTokens)
	g.post(at+"/:token/enable", a.enableToken, toTokens)
	g.form(at+"/:token/rotate", a.rotateTokenForm, a.rotateToken, toTokens)
	g.form(at+"/:token/overlap", a.moreTimeForm, a.moreTime, toTokens)
	g.form(at+"/:token/strike-off", a.strikeOffForm, a.strikeOff, toTokens)
	g.post(at+"/:token/retire", a.retireToken, toTokens)
}

// restricted adds the routes for roles that may see or change other users.
func (a *App) restricted(e *echo.Echo) {
	directory := a.group(e, access(users.ActSeeDirectory))
	directory.page("/users", a.listUsers)
	directory.page("/users/addresses", a.copyAddresses)
	directory.page("/users/filter", a.filterUsers)
	directory.plain("/users/:id/acts", a.userActs)
	directory.repeatForm("/users/layout", a.layoutUsers, a.setLayout)
	directory.page("/access", a.showAccess)
	directory.page("/overview", a.showOverview)
	directory.page("/todo", a.showTodo)
	directory.page("/deleted/:key", a.showDeleted)
	saving := a.group(e, access(users.ActSaveView))
	saving.form("/users/views", a.savedViews, a.saveView, toView)
	saving.form("/users/views/edit", a.editViewPage, a.editView, toView)
	saving.post("/users/views/delete", a.deleteView, to("/users/views"))

	a.group(e, access(users.ActSeeAudit)).page("/audit", a.listEvents)
	a.group(e, access(users.ActSeeAudit)).form("/users/:id/as-of", a.userAsOf, a.setUserBack, toUser())
	a.group(e, access(users.ActExport)).repeatForm("/users/export", a.exportUsersForm, a.exportUsers)
	a.group(e, access(users.ActExport)).repeat(asOfExportPath, a.exportAsOf)
	a.group(e, access(users.ActExport)).repeat(auditExportPath, a.exportEvents)
	a.group(e, access(users.ActExport)).plain("/users/export/progress", a.exportProgress)
	a.group(e, access(users.ActAddPerson)).form("/users/new", a.addPersonForm, a.addPerson, toTodo(toMade("?added=1")))
	a.group(e, access(users.ActCreateService)).form("/service-users/new", a.createServiceUserForm, a.createServiceUser, toFirstToken)
	a.group(e, access(users.ActDeactivate)).form("/users/:id/deactivate", a.deactivateForm, a.deactivate, toUser())
	a.group(e, access(users.ActOrganise)).form("/users/:id/note", a.editNoteForm, a.editNote, toUser())
	a.group(e, access(users.ActDeactivate)).post("/users/:id/deactivate/cancel", a.cancelDeparture, toUser())
	a.group(e, access(users.ActReactivate)).form("/users/:id/reactivate", a.reactivateForm, a.reactivate, toUser())
	a.group(e, access(users.ActRestore)).form("/deleted/:key/restore", a.restoreUserForm, a.restoreUser, toMade(""))
	a.group(e, access(users.ActRestore)).form("/deleted/:key/purge", a.purgeUserForm, a.purgeUser, to(deletedPath))
	a.group(e, access(users.ActResetSignIn)).form("/users/:id/reset-sign-in", a.resetSignInForm, a.resetSignIn, toUser())
	a.group(e, access(users.ActChangeRole)).form("/users/:id/role", a.changeRoleForm, a.changeRole, toUser())

	a.bench(e) // nothing, save in the program that make bench builds
}

// batchPages adds the pages of acts on many users.
func (a *App) batchPages(e *echo.Echo) {
	batches := a.group(e, access(users.ActBatch))
	batches.form("/users/batch", a.batchUsersForm, a.batchUsers, toBatchOrList)
	batches.post("/batches/:batch/start", a.startBatch, toBatch)
	batches.post("/batches/:batch/stop", a.stopBatch, toBatch)
	batches.post("/batches/:batch/undo", a.undoBatch, toUndone)
	adding := a.group(e, access(users.ActAddPerson))
	adding.repeatForm(importPath, a.importUsersForm, a.importUsers)
	adding.plain("/users/import/template", a.importTemplate)
	adding.repeat(importCheckPath, a.checkImportAgain)
	adding.plain("/batches/:batch/errors", a.importErrors)
	a.group(e, access(users.ActSeeAudit)).page("/batches", a.listBatches)
	a.group(e, access(users.ActSeeAudit)).page("/batches/:batch", a.showBatch)
}

// access says who may request a route: anyone, viewers with a session, or roles with a
// [users.Act].
type access users.Act

const (
	accessAnyone   access = "anyone"
	accessSignedIn access = "signed in"
)

// A route is one address that is served.
type route struct {
	Method, Path string
	Access       access
	Plain        bool // answers with something other than a page to come back to
	Step         bool // GET is a step of a sign-in: it is no HEAD's, and takes a navigation
	Form         bool // a form, shown at this path by GET and posted to it
	Once         bool // what is posted is done once, see [App.once]
	next         next // where it leads once it is done; nil unless Once
}

// A group adds routes that the same people may call.
type group struct {
	app    *App
	echo   *echo.Echo
	access access
}

// group returns the group of routes that who may call.
func (a *App) group(e *echo.Echo, who access) group { return group{a, e, who} }

// page adds a page.
func (g group) page(path string, h echo.HandlerFunc) {
	g.add(route{Method: http.MethodGet, Path: path}, h)
}

// plain adds what is opened but is no page to come back to.
func (g group) plain(path string, h echo.HandlerFunc) {
	g.add(route{Method: http.MethodGet, Path: path, Plain: true}, h)
}

// step adds a step of a sign-in: GET changes something.
func (g group) step(path string, h echo.HandlerFunc) {
	g.add(route{Method: http.MethodGet, Path: path, Plain: true, Step: true}, h)
}

// post adds what is posted from a page with another path, and is done once.
func (g group) post(path string, h echo.HandlerFunc, to next) {
	g.add(route{Method: http.MethodPost, Path: path, Once: true, next: to}, h)
}

// repeat adds what is posted and may be as often as one likes: it leaves no event, or
// the same whether it comes once or twice.
func (g group) repeat(path string, h echo.HandlerFunc) {
	g.add(route{Method: http.MethodPost, Path: path}, h)
}

// form adds a page with a form and what it is posted to, which is done once. Such a
// form is kept for someone whose session has ended.
func (g group) form(path string, show, take echo.HandlerFunc, to next) {
	g.add(route{Method: http.MethodGet, Path: path, Form: true}, show)
	g.add(route{Method: http.MethodPost, Path: path, Form: true, Once: true, next: to}, take)
}

// repeatForm is form for what is done as often as it is asked for: every export gives a
// file and leaves an event.
func (g group) repeatForm(path string, show, take echo.HandlerFunc) {
	g.add(route{Method: http.MethodGet, Path: path, Form: true}, show)
	g.add(route{Method: http.MethodPost, Path: path, Form: true}, take)
}

// add adds a route to the router, and to the table that tests and ownPath read.
func (g group) add(r route, h echo.HandlerFunc) {
	r.Access = g.access
	g.app.table = append(g.app.table, r)
	if r.Method == http.MethodGet && !r.Plain {
		h = g.app.rechecked(h)
	}
	h = g.app.admit(g.access, h)
	if r.Once {
		h = g.app.once(h)
	}
	if r.Method == http.MethodPost {
		if !unkeyed[r.Path] {
			h = g.app.checkFormKey(h)
		}
		h = g.app.withForm(r, h)
	}
	g.echo.Add(r.Method, r.Path, h)
	if r.serves(http.MethodHead) {
		g.echo.Add(http.MethodHead, r.Path, h)
	}
}

// unkeyed are the routes that are posted to without the key of a page, as it does not
// matter who is signed in: they concern the browser, or name the form that they are about.
var unkeyed = map[string]bool{"/sign-out": true, "/theme": true, "/keys": true, "/users/layout": true, lookUpPath: true}

// serves reports whether the route answers requests with that method: its own, and HEAD
// where it answers GET and that changes nothing. Of the answer to HEAD, net/http leaves out
// the body.
func (r route) serves(method string) bool {
	return r.Method == method || method == http.MethodHead && r.Method == http.MethodGet && !r.Step
}

// methods returns the methods that an escaped path is served with, in order; none if there
// is nothing at that path.
func (a *App) methods(escaped string) []string {
	var all []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		if r, _ := a.find(method, escaped); r != nil {
			all = append(all, method)
		}
	}
	return all
}

// noOptions refuses OPTIONS like any method that a route does not have, where the router
// would answer by itself.
func (a *App) noOptions(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method == http.MethodOptions && len(a.methods(c.Request().URL.EscapedPath())) > 0 {
			return echo.ErrMethodNotAllowed
		}
		return next(c)
	}
}

// admit lets through those who may call a route, and afterwards records what the
// form held that the actor may not set.
func (a *App) admit(who access, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := admission(c, who); err != nil {
			return err
		}
		err := next(c) // the form is known only when the handler has bound it
		a.recordRefusedFields(c)
		return err
	}
}

// admission returns why c is not let through to a route that only who may call.
func admission(c echo.Context, who access) error {
	if who == accessAnyone {
		return nil
	}
	if _, ok := signedIn(c); !ok {
		return users.ErrNoSession
	}
	if who == accessSignedIn {
		return nil
	}
	return actor(c).May(users.Act(who), users.User{})
}

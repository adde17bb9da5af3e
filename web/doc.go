// Package web is the console as seen through a browser: it turns requests into
// calls of the domain, and what comes back into pages.
//
// An [App] is an http.Handler and the whole of it. What every request passes is
// in app.go, every address in routes.go, every error's answer in package httperror; then
// there is a file for each page, with its handlers, its form and its model.
//
// A handler reads a form, calls the domain once and renders a page or redirects.
// It decides nothing about who may do what beyond the group that routes.go puts
// it in: the domain does, again, for every call. Errors are returned, and told by
// [App.serveError]; a handler itself renders only those that the person can put
// right in the form.
//
// The package writes no HTML (views does) and no SQL (internal/users does).
package web

// Package web serves the console's pages over HTTP: it turns requests into calls of the domain,
// and their results into pages.
//
// An [App] is the http.Handler. The middleware is in app.go, every route in routes.go, the status
// and message of every error in package httperror, and texts in package words. Each page has a
// file with its handlers, its form and its model.
//
// A handler reads a form, calls the domain once and renders a page or redirects. Beyond the group
// of its route it checks no permission: the domain does, on every call. It returns errors, which
// [App.serveError] renders; it renders only mistakes that the person can correct in the form.
//
// The package writes no HTML (views does) and no SQL (internal/users does).
package web

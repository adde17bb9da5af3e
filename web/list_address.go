package web

import (
	"maps"
	"net/url"

	"github.com/labstack/echo/v4"
)

// A listAddress is the address of a list, which holds all of its state: search,
// filters, order and place.
type listAddress struct {
	path  string
	query url.Values // only what is set, one value each
}

// listAddressOf returns the address that c asks for, with those of its parameters
// that have a name in keys, each cut to what it may hold.
func listAddressOf(c echo.Context, keys ...string) listAddress {
	l := listAddress{path: c.Request().URL.EscapedPath(), query: url.Values{}}
	for _, key := range keys {
		if value := c.QueryParam(key); value != "" {
			l.query.Set(key, truncate(key, value))
		}
	}
	return l
}

// get returns the value of key, or nothing.
func (l listAddress) get(key string) string { return l.query.Get(key) }

// has reports whether any of keys is set.
func (l listAddress) has(keys ...string) bool {
	for _, key := range keys {
		if l.query.Has(key) {
			return true
		}
	}
	return false
}

// atStart returns the address of the beginning of the list.
func (l listAddress) atStart() listAddress {
	query := url.Values{}
	maps.Copy(query, l.query)
	query.Del("after")
	query.Del("before")
	return listAddress{l.path, query}
}

// with returns the address with other values, given as key and value in turns,
// at the beginning of its list. An empty value unsets the key.
func (l listAddress) with(pairs ...string) string {
	query := l.atStart().query // a place in this list is none in another
	for i := 0; i < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			query.Del(pairs[i])
		}
	}
	return addressOf(l.path, query)
}

// without returns the address with keys unset, at the beginning of its list.
func (l listAddress) without(keys ...string) string {
	var pairs []string
	for _, key := range keys {
		pairs = append(pairs, key, "")
	}
	return l.with(pairs...)
}

// turned returns the address of the page before or after this one: key says
// which, cursor where it begins. Without a cursor there is none.
func (l listAddress) turned(key, cursor string) string {
	if cursor == "" {
		return ""
	}
	return l.with(key, cursor)
}

// String returns the path and query.
func (l listAddress) String() string { return addressOf(l.path, l.query) }

// addressOf returns a path with a query, if there is any.
func addressOf(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// announce has htmx show the address, without what it sent that is empty. Where only the text of the search differs
// from what the browser shows, it takes its place, so that going back does not
// undo one keystroke after another.
func (l listAddress) announce(c echo.Context) {
	header := "HX-Push-Url"
	if shown, err := url.Parse(c.Request().Header.Get("HX-Current-URL")); err == nil && l.differsInTextOnly(shown.Query()) {
		header = "HX-Replace-Url"
	}
	c.Response().Header().Set(header, l.String())
}

// differsInTextOnly reports whether an address with the query shown is the same
// but for the text of the search and the place in the list. Browsers send the
// fields of a form that are empty, too.
func (l listAddress) differsInTextOnly(shown url.Values) bool {
	for key := range shown {
		if key != "q" && key != "after" && key != "before" && shown.Get(key) != l.query.Get(key) {
			return false
		}
	}
	for key := range l.query {
		if key != "q" && shown.Get(key) != l.query.Get(key) {
			return false
		}
	}
	return true
}

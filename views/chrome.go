package views

import "github.com/a-h/templ"

// A Chrome is the frame of a page. Models embed it.
type Chrome struct {
	Title     string  // of the page, for the browser's tab
	Org       string  // the organisation's name
	Theme     string  // "auto", "light" or "dark"
	Nav       string  // the part of the console this page is in: "users", "service", "audit", "access" or "profile"
	Path      string  // path and query of the page, to return to after a change of theme
	Viewer    *Viewer // the signed-in user; nil if signed out
	Flash     *Saved  // what the viewer has just done; nil for nothing
	RequestID string  // shown on error pages
	Crumbs    []Link  // the pages above this one, and this one last
	Refresh   bool    // the browser loads the page again and again, unless it runs scripts
	Previous  Link    // the user before this one in the list that led here; zero for none
	Next      Link    // the user after it
	Redirect  string  // address that the page redirects to by itself; empty for none
	Demo      bool    // this is the demo
	Now       string  // the time of the page, RFC 3339, which relative times follow
	KeysOff   bool    // the viewer has turned off keys without a modifier
	FormKey   string  // idempotency key of the forms of this page
}

// A Viewer is the signed-in person who looks at a page.
type Viewer struct {
	Name, Role    string // Role as shown: "Owner"
	Mark          string // hash of the viewer, which differs between users of one browser
	Avatar        Avatar
	SeesDirectory bool   // may open the directory and the audit log
	Todo          string // number of things to do; empty for none
}

// A Link is an address with its text.
type Link struct{ Label, URL string }

// A Tab is one of several views of a page.
type Tab struct {
	Label, URL string
	Title      string // the full name, where Label is short; may be empty
	Count      string // number of entries; may be empty
	Current    bool
	Divided    bool // a line divides it from the tab before
}

// A Badge is a state in a word.
type Badge struct {
	Tone string // "ok", "warn", "bad", "info" or, grey, "off", which have a dot; empty for no dot
	Word string
}

// classes returns the attribute class, none without a name. For what a list repeats
// it takes a fraction of the time of class={ … }, which removes names given twice.
func classes(names string) templ.OrderedAttributes {
	if known, ok := repeated[names]; ok {
		return known
	}
	return templ.OrderedAttributes{{Key: "class", Value: names}}
}

// repeated holds the attributes of the names that lists repeat. They are made once and
// not changed.
var repeated = func() map[string]templ.OrderedAttributes {
	known := map[string]templ.OrderedAttributes{"": nil}
	names := []string{"ok", "warn", "bad", "info", "off"}
	for hue := range hues {
		names = append(names, Avatar{Hue: hue, Initials: "A"}.class(""), Avatar{Hue: hue, Service: true}.class(""))
	}
	for _, name := range names {
		known[name] = templ.OrderedAttributes{{Key: "class", Value: name}}
	}
	return known
}()

// A Time is a moment in the time zone of the viewer.
type Time struct {
	ISO      string // for machines, RFC 3339
	Exact    string // in the viewer's time zone, with its name
	Relative string // "2 hours ago"; Exact is shown if it is empty
}

// A Person is a user as shown in lists and sentences. The zero Person is not shown.
type Person struct {
	Label  string // name, else user_id
	ID     string
	URL    string // of their page; empty if the viewer may not open it or the user is deleted
	Avatar Avatar
}

// An Event is one row of the audit log. It reads as a sentence: Actor, Sentence,
// Target, Tail ("Ana Lima", "changed the role of", "Bo Chen", "from user to admin").
type Event struct {
	Seq, URL      string // number and page; without URL there is no link
	Icon          string // a name that icon knows
	Actor, Target Person
	Sentence      string // what was done, as words after the actor's name
	Tail          string // the words after the target's name: "from user to admin"
	Reason        string // given by the actor; may be empty
	Changes       []Change
	When          Time
	Via           string // how the actor came: "Browser session", "Command line"
	Address       string
	UserAgent     string
	RequestID     string
	Token         string // ID of the token that the actor came with; empty without one
	Tool          string // that the actor used; empty if it is no known program
	ChangeErased  bool   // what was changed has been erased
	ActorErased   bool   // the actor's data has been erased
}

// erased says what of an event has been erased; empty if nothing has.
func (e Event) erased() string {
	switch {
	case e.ChangeErased && e.ActorErased:
		return "Details erased"
	case e.ChangeErased:
		return "Changes erased"
	case e.ActorErased:
		return "Actor erased"
	}
	return ""
}

// A Change is one field's value before and after an event. An empty value means
// that there was none.
type Change struct {
	Field, Old, New string
	Fact            bool // New is what the event is about; there is nothing old
}

// A Pager leads to the pages before and after this one.
type Pager struct {
	Range          string // "1–50 of 1,284"
	Previous, Next string // addresses, empty where there is none
}

// A Step is something to do first in a new organisation.
type Step struct {
	Title, Text string
	Link        Link // without URL: the viewer may not
}

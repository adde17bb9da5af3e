package web

import (
	"cmp"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// A directoryColumn is a column of the directory beside the user and what can be
// done with them.
type directoryColumn struct {
	key, label string
	class      string // of its cells, see [views.DirectoryColumn]
	sort       string // the order by it, oldest first; empty if there is none
	standard   bool   // shown by default
	cell       func(presenter, users.User) views.DirectoryCell
}

// directoryColumns are all columns, in the order in which they stand.
var directoryColumns = []directoryColumn{
	{"status", "Status", "meta", "", true, func(_ presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Badge: statusBadge(u.Status)}
	}},
	{"role", "Role", "hide-md", "", true, func(_ presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Text: words.Role(u.Role)}
	}},
	{"seen", "Last seen", "", "seen", true, func(t presenter, u users.User) views.DirectoryCell {
		if u.SeenAt.IsZero() {
			return views.DirectoryCell{Text: "Never"}
		}
		return t.timeCell(u.SeenAt)
	}},
	{"created", "Created", "hide-md", "created", true, func(t presenter, u users.User) views.DirectoryCell {
		return t.timeCell(u.CreatedAt)
	}},
	{"type", "Type", "hide-md", "", false, func(_ presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Text: words.Kind(u.Kind)}
	}},
	{"responsible", "Responsible person", "hide-md", "", false, presenter.responsibleCell},
	{"review", "Review date", "hide-md", "", false, presenter.reviewCell},
	{"changed", "Last changed", "hide-md", "updated", false, func(t presenter, u users.User) views.DirectoryCell {
		return t.timeCell(u.UpdatedAt)
	}},
	{"zone", "Time zone", "hide-md", "", false, func(_ presenter, u users.User) views.DirectoryCell {
		if u.Kind != users.KindPerson {
			return views.DirectoryCell{}
		}
		return views.DirectoryCell{Text: words.Plain(u.TimeZone)}
	}},
}

// timeCell says how long ago something was. The exact time is on the page of the user.
func (t presenter) timeCell(at time.Time) views.DirectoryCell {
	return views.DirectoryCell{Text: words.Relative(t.now.Sub(at))}
}

// responsibleCell shows the responsible person of a service user.
func (t presenter) responsibleCell(u users.User) views.DirectoryCell {
	if u.Kind != users.KindService {
		return views.DirectoryCell{}
	}
	if u.Responsible.Key == "" {
		return views.DirectoryCell{Badge: views.Badge{Tone: "warn", Word: "None"}}
	}
	link := views.Link{Label: words.Plain(u.Responsible.Label()), URL: t.userURL(u.Responsible)}
	return views.DirectoryCell{Link: link, Text: link.Label} // the text where there is nowhere to lead to
}

// reviewCell shows the review date of a service user.
func (t presenter) reviewCell(u users.User) views.DirectoryCell {
	switch {
	case u.Kind != users.KindService:
		return views.DirectoryCell{}
	case u.ReviewOn == "":
		return views.DirectoryCell{Badge: views.Badge{Tone: "warn", Word: "None"}}
	case t.due(u.ReviewOn):
		return views.DirectoryCell{Badge: views.Badge{Tone: "warn", Word: "Due " + words.Date(u.ReviewOn)}}
	}
	return views.DirectoryCell{Text: words.Date(u.ReviewOn)}
}

// sortedBy is the heading of a column that the list can be sorted by: asc and
// desc are its orders, first the one that comes first. It stands in for asc that
// the list is in that order without saying so.
func sortedBy(l listAddress, asc, desc, first string, isAsc bool) views.Column {
	switch sort := l.get("sort"); {
	case sort == asc || isAsc:
		return views.Column{URL: l.with("sort", desc), Order: "ascending"}
	case sort == desc:
		return views.Column{URL: l.with("sort", asc), Order: "descending"}
	}
	return views.Column{URL: l.with("sort", first)}
}

// directoryRow is one user in the list. What a column or the list itself shows is not repeated
// beside the name.
func (t presenter) directoryRow(u users.User, shown layout, ofServices bool) views.DirectoryRow {
	row := views.DirectoryRow{Person: t.user(u), Kinds: kindBadges(t.actor, u), Cells: shown.cells(t, u)}
	if ofServices || shown.shows("type") {
		row.Kinds = kindBadges(t.actor, users.User{Key: u.Key})
	}
	if ofServices && !shown.shows("responsible") {
		row.Responsible = words.Plain(cmp.Or(u.Responsible.Label(), "none"))
	}
	row.Edit, _ = allowed(t.actor, users.ActEdit, u, userPath(u.ID, "edit"))
	return row
}

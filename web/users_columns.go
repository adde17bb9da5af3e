package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// A directoryColumn is a column of the directory beside the user and what can be
// done with them.
type directoryColumn struct {
	key, label string
	width      string // class of its width
	sort       string // the order by it, oldest first; empty if there is none
	offered    bool   // the viewer may choose it; the others are columns of single views
	standard   bool   // shown by default
	cell       func(presenter, users.User) views.DirectoryCell
}

// directoryColumns are all columns, in the order in which they stand where the viewer chooses.
var directoryColumns = []directoryColumn{
	{"status", "Status", "c-s", "", true, true, func(_ presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Badge: statusBadge(u.Status)}
	}},
	{"role", "Role", "c-s", "", true, true, func(_ presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Text: words.Role(u.Role)}
	}},
	{"seen", "Last seen", "c-m", "seen", true, true, func(t presenter, u users.User) views.DirectoryCell {
		if u.SeenAt.IsZero() {
			return views.DirectoryCell{Text: "Never"}
		}
		return t.timeCell(u.SeenAt)
	}},
	{"created", "Created", "c-m", "created", true, true, func(t presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Text: words.ShortDay(u.CreatedAt.In(t.zone))}
	}},
	{"type", "Type", "c-m", "", true, false, func(_ presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Text: words.Kind(u.Kind)}
	}},
	{"department", "Department", "c-l", "", true, false, func(_ presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Text: words.Plain(u.Department)}
	}},
	{"title", "Title", "c-l", "", true, false, func(_ presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Text: words.Plain(u.Title)}
	}},
	{"manager", "Manager", "c-l", "", true, false, func(t presenter, u users.User) views.DirectoryCell {
		label := words.Plain(u.Manager.Label())
		return views.DirectoryCell{Text: label, Link: views.Link{Label: label, URL: t.userURL(u.Manager)}}
	}},
	{"labels", "Labels", "c-l", "", true, false, func(_ presenter, u users.User) views.DirectoryCell {
		return views.DirectoryCell{Text: words.Plain(strings.ReplaceAll(u.Labels, ",", ", "))}
	}},
	{"responsible", "Responsible person", "c-l", "", true, false, presenter.responsibleCell},
	{"review", "Review date", "c-l", "", true, false, presenter.reviewCell},
	{"changed", "Last changed", "c-m", "updated", true, false, func(t presenter, u users.User) views.DirectoryCell {
		return t.timeCell(u.UpdatedAt)
	}},
	{"zone", "Time zone", "c-l", "", true, false, func(_ presenter, u users.User) views.DirectoryCell {
		if u.Kind != users.KindPerson {
			return views.DirectoryCell{}
		}
		return views.DirectoryCell{Text: words.Plain(u.TimeZone)}
	}},
	{"invited", "Invited", "c-m", "created", false, false, func(t presenter, u users.User) views.DirectoryCell { return t.timeCell(u.CreatedAt) }},
	{"reviewed", "Review", "c-m", "", false, false, presenter.reviewedCell},
	{"deactivate", "Access", "c-m", "", false, false, actCell("Deactivate…", "deactivate", users.ActDeactivate)},
	{"reactivate", "Access", "c-m", "", false, false, actCell("Reactivate…", "reactivate", users.ActReactivate)},
	{"choose", "Responsible person", "c-l", "", false, false, actCell("Choose…", "edit", users.ActEdit)},
}

// leanColumns are the columns that need no more of a user than a lean list has.
var leanColumns = []string{"status", "role", "seen", "created", "type", "department", "labels", "invited"}

// isLean reports whether a lean list has what the layout shows of the users at an address. The views
// of tokens have columns of their own, and a list of service users names the responsible persons.
func (l layout) isLean(at listAddress) bool {
	_, ofTokens := tokenDetails[directory.View(at.get("view"))]
	return !ofTokens && !onlyServiceUsers(at) && !slices.ContainsFunc(l.columns, func(d directoryColumn) bool { return !slices.Contains(leanColumns, d.key) })
}

// columnsOf returns the columns with the keys, in their order.
func columnsOf(keys ...string) []directoryColumn {
	var all []directoryColumn
	for _, key := range keys {
		if i := slices.IndexFunc(directoryColumns, func(d directoryColumn) bool { return d.key == key }); i >= 0 {
			all = append(all, directoryColumns[i])
		}
	}
	return all
}

// actCell returns a cell that links to the page of an act on the user, if the viewer may.
func actCell(label, tail string, act users.Act) func(presenter, users.User) views.DirectoryCell {
	return func(t presenter, u users.User) views.DirectoryCell {
		url, _ := allowed(t.actor, act, u, userPath(u.ID, tail))
		return views.DirectoryCell{Link: views.Link{Label: label, URL: url}}
	}
}

// reviewedCell is the button that marks a service user as reviewed, if the viewer may.
func (t presenter) reviewedCell(u users.User) views.DirectoryCell {
	if u.Kind != users.KindService || t.actor.May(users.ActReview, u) != nil {
		return views.DirectoryCell{}
	}
	return views.DirectoryCell{Act: versionWord(u.Version), Link: views.Link{Label: "Mark reviewed", URL: userPath(u.ID, "reviewed")}}
}

// rowReview is the form behind the buttons that mark service users of a list as reviewed.
func (t presenter) rowReview(l listAddress, listing directory.Listing) *views.RowReview {
	if directory.View(l.get("view")) != directory.ViewReviewDue || len(listing.Users) == 0 {
		return nil
	}
	return &views.RowReview{Action: userPath(listing.Users[0].ID, "reviewed"), On: t.nextReviewOn(), To: l.String()}
}

// timeCell says how long ago something was. Its time is about as exact as the words: to the hour if
// it is more than a day ago, and to the day if it is more than two months ago. The exact time is on
// the page of the user.
func (t presenter) timeCell(at time.Time) views.DirectoryCell {
	switch ago := t.now.Sub(at); {
	case ago > 60*day:
		at = at.Truncate(day)
	case ago > day:
		at = at.Truncate(time.Hour)
	}
	return views.DirectoryCell{Text: words.Relative(t.now.Sub(at)), ISO: at.UTC().Format("2006-01-02T15:04Z")}
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
	row := views.DirectoryRow{Person: t.user(u), Key: pseudonym(u.Key), Kinds: kindBadges(t.actor, u), Cells: shown.cells(t, u)}
	if ofServices || shown.shows("type") {
		row.Kinds = kindBadges(t.actor, users.User{Key: u.Key})
	}
	if !shown.shows("department") {
		row.Department = words.Plain(u.Department)
	}
	if !shown.shows("labels") {
		for _, label := range users.SplitLabels(u.Labels) {
			row.Labels = append(row.Labels, words.Plain(label))
		}
	}
	if ofServices && !shown.shows("responsible") {
		row.Responsible = words.Plain(cmp.Or(u.Responsible.Label(), "none"))
	}
	return row
}

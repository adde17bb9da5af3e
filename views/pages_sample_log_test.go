package views_test

import (
	"strconv"
	"strings"

	"github.com/roboto-ai/console/views"
)

// days are the events as a log shows them, with all that a line can have.
func days() []views.EventDay {
	all := events()
	long := all[1]
	long.Reason = strings.Repeat("A reason that goes on. ", 9)
	return []views.EventDay{
		{Heading: "Today, Monday 23 November", Rows: []views.EventRow{
			{Event: all[0], Clock: "10:36", Undo: views.Link{Label: "Undo…", URL: "/audit/1041/undo"}},
			{Event: long, Clock: "09:12", Cut: "Show the whole event"},
			{Event: views.Event{Seq: "1038", URL: "/audit/1038", Actor: olga(), Sentence: "deactivated", Tail: "in one batch", When: ago("today")}, Clock: "08:00",
				Of: views.Link{Label: "291 users", URL: "/audit?group=bat_1"}, Badge: views.Link{Label: "Batch", URL: "/audit?group=bat_1"}},
		}},
		{Heading: "Sunday 22 November", Rows: []views.EventRow{
			{Event: views.Event{Seq: "1037", URL: "/audit/1037", Actor: olga(), Target: ana(), Sentence: "changed", When: ago("yesterday")}, Clock: "18:20", Fields: "3 fields",
				More: "1 more event", Others: []views.Link{{Label: "Handed over Nightly export", URL: "/audit/1036"}}},
			{Event: all[2], Clock: "16:02"},
		}},
	}
}

// logWeeks is twelve weeks of changes, with one day that is far above the others.
func logWeeks() *views.Weeks {
	w := &views.Weeks{From: 70, To: 84, Today: "31 changes", Usual: "19 on a usual day", Axis: []string{"8 September", "6 October", "3 November", "Today"}}
	for i := range 84 {
		w.Bars = append(w.Bars, views.ChartBar{Label: "day " + strconv.Itoa(i), First: i * 7 % 31})
		w.URLs = append(w.URLs, "/audit?from=2026-11-01&to=2026-11-01")
	}
	w.Bars[40].First = 40_000
	return w
}

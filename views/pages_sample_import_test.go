package views_test

import (
	"github.com/a-h/templ"

	"github.com/roboto-ai/console/views"
)

// importSamples are the pages that add many people.
func importSamples() map[string]func(change func(any)) templ.Component {
	return map[string]func(func(any)) templ.Component{
		"import":            pageOf(views.ImportPage, importPage()),
		"import_bad":        pageOf(views.ImportPage, importBad()),
		"import_check":      pageOf(views.ImportCheckPage, importCheck()),
		"import_check_none": pageOf(views.ImportCheckPage, views.ImportCheck{Chrome: chrome("Check 1 line", "users"), Source: "Pasted text", Check: "/batches/bat_x/check", Cancel: "/users/import"}),
	}
}

func importPage() views.Import {
	return views.Import{
		Chrome: chrome("Add many people", "users"), Action: "/users/import", Cancel: "/users",
		Text: views.Field{Name: "text", Label: "Addresses", Hint: "One a line."}, File: views.Field{Name: "file", Label: "Or a file", Hint: "CSV or .xlsx."},
	}
}

func importBad() views.Import {
	m := importPage()
	m.Problems = []views.Problem{{Field: "file", Message: "Line 12: A quoted cell does not end. Add the quote at its end."}}
	m.Text.Value, m.File.Error = "ana@example.com\nbo@", m.Problems[0].Message
	return m
}

func importCheck() views.ImportCheck {
	const why = "Enter the e-mail address they sign in with, like ana@example.com."
	line := func(n, address, name string) views.ImportLine {
		return views.ImportLine{Line: n, Cells: []views.Choice{
			{Field: views.Field{Name: "line." + n + ".user_id", Label: "E-mail address in line " + n, Value: address}}, {Field: views.Field{Name: "line." + n + ".name", Label: "Name in line " + n, Value: name}},
			{Field: views.Field{Name: "line." + n + ".role", Label: "Role in line " + n}, Options: []views.Option{{}, {Value: "user", Label: "User", Selected: true}}},
		}}
	}
	refused, added := line("12", "jose.nunez@example", "José Núñez"), line("7", "ana@example.com", "Ana Lima")
	refused.Why, refused.Cells[0].Error, added.New = why, why, true
	return views.ImportCheck{
		Chrome: chrome("Check 150 lines", "users"), Source: "joiners.xlsx, sheet “Start 4 Jan”", Check: "/batches/bat_x/check", Start: "/batches/bat_x/start", Cancel: "/users/import",
		Errors: "/batches/bat_x/errors", Strip: []views.Stat{{Label: "New", Value: "128", Tone: "t-ok"}, {Label: "Refused", Value: "5", Tone: "t-bad"}},
		Parts:  []views.Tab{{Label: "Refused", URL: "?part=refused", Count: "5", Current: true}, {Label: "New and changed", URL: "?part=change", Count: "131"}},
		Fields: []string{"E-mail address", "Name", "Role"}, Lines: []views.ImportLine{refused, added}, Pager: views.Pager{Range: "50 of 131", Next: "?after=50"},
		Columns: []views.Choice{{Field: views.Field{Name: "column.0", Label: "E-mail work"}, Options: []views.Option{{Value: "user_id", Label: "E-mail address", Selected: true}, {Label: "Leave out"}}}},
		Button:  "Add 128, change 3", Effects: []string{"128 people are invited.", "5 refused lines are left out."},
	}
}

package web

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// exportNames are the columns of an export by those of the directory that have another name there.
// Columns with an act are none.
var exportNames = map[string]string{
	"seen": "last_seen_at", "created": "created_at", "invited": "created_at", "review": "review_on", "changed": "updated_at", "zone": "time_zone",
}

// listExportColumns returns the columns of an export of the list of a view as this browser shows it,
// in their order, with a comma between.
func (a *App) listExportColumns(c echo.Context, view directory.View) string {
	names := []string{"user_id", "name"}
	for _, column := range a.layout(c).inView(view).columns {
		name := column.key
		if other, found := exportNames[name]; found {
			name = other
		}
		if slices.Contains(exportColumns, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// columns returns the columns that the file is to have, nil for all. It returns an
// [*users.InvalidError] on columns.
func (f *exportForm) columns() ([]string, error) {
	if f.Columns == "" {
		return nil, nil
	}
	names := strings.Split(f.Columns, ",")
	for i, name := range names {
		if !slices.Contains(exportColumns, name) || slices.Contains(names[:i], name) {
			return nil, users.Invalid("columns", words.ChooseColumns)
		}
	}
	return names, nil
}

// exportColumnsChoice is the choice between the columns of the list and all.
func exportColumnsChoice(chosen, list string) views.Choice {
	spaced := func(names string) string { return strings.ReplaceAll(names, ",", ", ") }
	return views.Choice{Field: views.Field{Name: "columns", Label: words.Columns, Required: true}, Options: []views.Option{
		{Value: list, Label: words.ColumnsOfList, Hint: spaced(list), Selected: chosen != ""},
		{Value: "", Label: words.AllColumns, Hint: spaced(strings.Join(exportColumns, ",")), Selected: chosen == ""},
	}}
}

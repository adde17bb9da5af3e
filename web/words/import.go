package words

import (
	"strconv"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/tabular"
	"github.com/roboto-ai/console/internal/users"
)

// Texts of the pages that add many people.
const (
	ImportNothing    = "Paste addresses, or choose a file."
	ImportBoth       = "Paste addresses or choose a file, not both."
	ImportNoAddress  = "No column has addresses. Add a column “user_id” with the e-mail addresses."
	ImportHeadAlone  = "The file has a head and no rows."
	ImportTextTooBig = "The text has too many addresses. Divide it."

	ImportColumnTwice   = "Another column is “%s”, too. Leave one of them out."
	ImportChooseAddress = "Choose the column with the e-mail addresses."
)

// importFields name what a column of an import can be.
var importFields = map[users.ImportField]string{
	users.ImportNothing: "Leave out", users.ImportID: "E-mail address", users.ImportName: "Name", users.ImportFirst: "First name", users.ImportLast: "Last name",
	users.ImportRole: "Role", users.ImportDepartment: "Department", users.ImportTitle: "Title", users.ImportManager: "Manager", users.ImportLabels: "Labels",
}

// ImportField names what a column of an import is.
func ImportField(f users.ImportField) string { return importFields[f] }

// importFlaws say why a file is no table, and what to do.
var importFlaws = map[tabular.Flaw]string{
	tabular.FlawEmpty:    "The file is empty.",
	tabular.FlawRows:     "The file has more than " + numbers.Grouped(tabular.MaxRows) + " rows. Divide it.",
	tabular.FlawColumns:  "The file has more than " + strconv.Itoa(tabular.MaxColumns) + " columns. Delete those that are not needed.",
	tabular.FlawCell:     "A cell is too long.",
	tabular.FlawText:     "The file has more than " + strconv.Itoa(tabular.MaxText>>20) + " MB of text. Divide it.",
	tabular.FlawQuote:    "A quoted cell does not end. Add the quote at its end.",
	tabular.FlawUnpacked: "The workbook is too large when it is unpacked. Save the sheet as CSV.",
	tabular.FlawWorkbook: "The workbook is damaged or protected. Save it again without a password, or as CSV.",
	tabular.FlawOld:      "This is a workbook of an old format, or one with a password. Save it as .xlsx without a password, or as CSV.",
	tabular.FlawBinary:   "The file is neither a table nor text. Choose a CSV file or an .xlsx workbook.",
}

// ImportFlaw says why a file cannot be read as a table.
func ImportFlaw(e *tabular.Error) string {
	if e.Line > 0 {
		return "Line " + numbers.Grouped(e.Line) + ": " + importFlaws[e.Flaw]
	}
	return importFlaws[e.Flaw]
}

// ImportCheck is the heading of the page that checks an import.
func ImportCheck(lines int) string { return "Check " + numbers.Counted(lines, "line", "lines") }

// ImportButton says what an import will do: "Add 128, change 3".
func ImportButton(added, changed int) string {
	switch {
	case added == 0:
		return "Change " + numbers.Counted(changed, "user", "users")
	case changed == 0:
		return "Add " + numbers.Counted(added, "person", "people")
	}
	return "Add " + numbers.Grouped(added) + ", change " + numbers.Grouped(changed)
}

// ImportEffects say what goes with an import.
func ImportEffects(added, changed, refused int, until string) (all []string) {
	if added > 0 {
		all = append(all, numbers.Counted(added, "person is", "people are")+" invited. The next page has one text to copy for all of them.")
	}
	if changed > 0 {
		all = append(all, numbers.Counted(changed, "user is", "users are")+" changed. Empty cells change nothing.")
	}
	if refused > 0 {
		all = append(all, numbers.Counted(refused, "refused line is", "refused lines are")+" left out.")
	}
	return append(all, "All of it is one batch with its own page. It can be undone until "+until+".")
}

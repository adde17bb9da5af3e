package web

import (
	"strings"
	"unicode"

	"github.com/roboto-ai/console/internal/users"
)

// columnNames are how files call the fields of an import, in lower case and without anything but
// letters.
var columnNames = map[users.ImportField]string{
	users.ImportID:         "userid email emailaddress mail mailaddress address emailwork workemail username login user upn userprincipalname",
	users.ImportName:       "name fullname displayname",
	users.ImportFirst:      "firstname givenname forename",
	users.ImportLast:       "lastname surname familyname",
	users.ImportRole:       "role consolerole",
	users.ImportDepartment: "department dept team division unit orgunit",
	users.ImportTitle:      "title jobtitle position",
	users.ImportManager:    "manager managerid manageremail reportsto supervisor lead",
	users.ImportLabels:     "labels label tags tag groups",
}

// columnField returns the field that the head of a column names, empty if it names none.
func columnField(head string) users.ImportField {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, head)
	for field, names := range columnNames {
		for name := range strings.FieldsSeq(names) {
			if name == letters {
				return field
			}
		}
	}
	return users.ImportNothing
}

// matchColumns returns what the columns of a table are, by the names in its first row, or by what
// is in the rows where that has no names. hasHead reports whether the first row is the head.
func matchColumns(rows []users.ImportRow) (columns []users.ImportField, hasHead bool) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.Cells))
	}
	columns = make([]users.ImportField, width)
	taken := map[users.ImportField]bool{users.ImportNothing: true}
	for i, cell := range rows[0].Cells {
		if field := columnField(cell); !taken[field] {
			columns[i], taken[field], hasHead = field, true, true
		}
	}
	hasHead = hasHead || !strings.Contains(strings.Join(rows[0].Cells, " "), "@")
	if taken[users.ImportID] {
		return columns, hasHead
	}
	at := addressColumn(rows, width)
	if at < 0 {
		return columns, hasHead
	}
	columns[at] = users.ImportID
	for i := range columns {
		if !hasHead && i != at && !taken[users.ImportName] && columns[i] == users.ImportNothing {
			columns[i], taken[users.ImportName] = users.ImportName, true
		}
	}
	return columns, hasHead
}

// addressColumn returns the column with the most addresses in the first rows, -1 if none has one.
func addressColumn(rows []users.ImportRow, width int) int {
	const sample = 100
	found, at, most := make([]int, width), -1, 0
	for _, r := range rows[:min(len(rows), sample)] {
		for i, cell := range r.Cells {
			if strings.Contains(cell, "@") {
				found[i]++
			}
		}
	}
	for i, n := range found {
		if n > most {
			at, most = i, n
		}
	}
	return at
}

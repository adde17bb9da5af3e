package users

import (
	"encoding/json"
	"slices"
	"strings"
)

// BatchImport is the act of a batch that adds the people of a table, and changes those who exist.
const BatchImport BatchAct = "import"

// An ImportField says what a column of an imported table is. Its values are stored.
type ImportField string

// The fields. ImportFirst and ImportLast are joined to a name.
const (
	ImportNothing    ImportField = "" // the column is left out
	ImportID         ImportField = "user_id"
	ImportName       ImportField = "name"
	ImportFirst      ImportField = "first_name"
	ImportLast       ImportField = "last_name"
	ImportRole       ImportField = "role"
	ImportDepartment ImportField = "department"
	ImportTitle      ImportField = "title"
	ImportManager    ImportField = "manager"
	ImportLabels     ImportField = "labels"
)

// ImportFields are all fields, in the order of a template.
var ImportFields = []ImportField{ImportID, ImportName, ImportFirst, ImportLast, ImportRole, ImportDepartment, ImportTitle, ImportManager, ImportLabels}

// ImportValues are what all rows of an import share.
type ImportValues struct {
	Source     string        `json:"source,omitempty"`    // name of the file and its sheet; empty for a pasted text
	Separator  string        `json:"separator,omitempty"` // between the cells of CSV; empty for a workbook and a pasted text
	Heads      []string      `json:"heads,omitempty"`     // of the columns; empty where the table has none
	Columns    []ImportField `json:"columns"`             // what each column is, each field once at most
	Reactivate bool          `json:"reactivate,omitempty"`
}

// An ImportRow is one row of an import. An empty cell leaves the field of a user who exists as it
// is.
type ImportRow struct {
	Line  int      `json:"line"` // in the file
	Cells []string `json:"cells"`
	Twice int      `json:"twice,omitempty"` // line of an earlier row with the same user_id

	// Coming is the number of the item that adds the manager. The preview, which adds no one,
	// takes the manager for found if that item will be.
	Coming int `json:"coming,omitempty"`
}

// cell returns the cell of a field; empty without a column.
func (v ImportValues) cell(r ImportRow, field ImportField) string {
	if i := slices.Index(v.Columns, field); i >= 0 && i < len(r.Cells) {
		return r.Cells[i]
	}
	return ""
}

// name returns the name in a row.
func (v ImportValues) name(r ImportRow) string {
	if name := oneLine(v.cell(r, ImportName)); name != "" {
		return name
	}
	return oneLine(v.cell(r, ImportFirst) + " " + v.cell(r, ImportLast))
}

// org returns the fields in a row by which the organisation sorts its users, nil for empty ones.
func (v ImportValues) org(r ImportRow) (f OrgFields) {
	for field, target := range map[ImportField]**string{
		ImportDepartment: &f.Department, ImportTitle: &f.Title, ImportManager: &f.Manager, ImportLabels: &f.Labels,
	} {
		if value := v.cell(r, field); value != "" {
			*target = &value
		}
	}
	if f.Labels != nil {
		labels := strings.NewReplacer(";", ",", "|", ",", "\n", ",").Replace(*f.Labels) // as cells of CSV have them
		f.Labels = &labels
	}
	return f
}

// role returns the role in a row as it is called anywhere, or empty.
func (v ImportValues) role(r ImportRow) Role { return Role(strings.ToLower(v.cell(r, ImportRole))) }

// Row returns the row of an item of an import; false if it is none, or the row is erased.
func (i BatchItem) Row() (r ImportRow, ok bool) {
	if i.input == "" {
		return r, false
	}
	return r, json.Unmarshal([]byte(i.input), &r) == nil
}

// Values returns the cells of the fields in a row that have one, in the order of [ImportFields].
func (v ImportValues) Values(r ImportRow) map[ImportField]string {
	all := map[ImportField]string{}
	for _, field := range ImportFields {
		if slices.Contains(v.Columns, field) {
			all[field] = v.cell(r, field)
		}
	}
	return all
}

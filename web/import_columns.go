package web

import (
	"slices"
	"strings"
	"unicode"

	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
)

// columnNames are how files call the fields of an import, folded and without anything but letters.
var columnNames = map[users.ImportField]string{
	users.ImportID: "userid email emailaddress mail mailaddress address emailwork workemail primaryemail username login user upn userprincipalname " +
		"emailadresse mailadresse adressemail courriel correo correoelectronico enderecodeemail indirizzoemail",
	users.ImportName:       "name fullname displayname vollername nomcomplet nombrecompleto nomecompleto",
	users.ImportFirst:      "firstname givenname forename vorname prenom nombre nome",
	users.ImportLast:       "lastname surname familyname nachname familienname nom apellido apellidos sobrenome cognome",
	users.ImportRole:       "role consolerole rolle rol",
	users.ImportDepartment: "department dept team division unit orgunit abteilung departement service departamento dipartimento",
	users.ImportTitle:      "title jobtitle position funktion poste cargo puesto",
	users.ImportManager:    "manager managerid manageremail managersemail reportsto supervisor lead linemanager vorgesetzter vorgesetzte responsable gerente",
	users.ImportLabels:     "labels label tags tag groups group etiketten etiquettes etiquetas",
}

// columnField returns the field that the head of a column names, empty if it names none.
func columnField(head string) users.ImportField {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, spelling.Fold(head))
	for field, names := range columnNames {
		for name := range strings.FieldsSeq(names) {
			if name == letters {
				return field
			}
		}
	}
	return users.ImportNothing
}

// topRows is how many rows of a table tell what its columns are, and headRows how many of them may
// be its head: a title may stand above.
const (
	topRows  = 100
	headRows = 10
)

// matchColumns returns what the columns of a table are, by the names in its head, or by what is in
// its first rows where it has no names. heads is how many rows end with the head, 0 without one.
func matchColumns(top []users.ImportRow, width int) (columns []users.ImportField, heads int) {
	columns = make([]users.ImportField, width)
	heads = headAt(top)
	taken := map[users.ImportField]bool{users.ImportNothing: true}
	if heads > 0 {
		for i, cell := range top[heads-1].Cells {
			if field := columnField(cell); !taken[field] {
				columns[i], taken[field] = field, true
			}
		}
	}
	if !taken[users.ImportID] {
		if at := addressColumn(top[heads:], width); at >= 0 {
			columns[at], taken[users.ImportID] = users.ImportID, true
		}
	}
	if name := slices.Index(columns, users.ImportName); name >= 0 && taken[users.ImportFirst] && !taken[users.ImportLast] && surname(top[heads-1].Cells[name]) {
		columns[name] = users.ImportLast
	}
	if name := slices.Index(columns, users.ImportNothing); name >= 0 && heads == 0 && taken[users.ImportID] {
		columns[name] = users.ImportName
	}
	return columns, heads
}

// surname reports whether a column with that head has surnames if another one has first names.
func surname(head string) bool { return strings.EqualFold(strings.TrimSpace(head), "name") }

// headAt returns how many rows end with the head of a table: the first row that names the column of
// addresses, else the first row of all if it has no address, else none.
func headAt(top []users.ImportRow) int {
	for i, r := range top[:min(len(top), headRows)] {
		if !strings.Contains(strings.Join(r.Cells, " "), "@") && slices.ContainsFunc(r.Cells, func(cell string) bool { return columnField(cell) == users.ImportID }) {
			return i + 1
		}
	}
	if strings.Contains(strings.Join(top[0].Cells, " "), "@") {
		return 0
	}
	return 1
}

// addressColumn returns the column with the most addresses in some rows, -1 if none has one.
func addressColumn(rows []users.ImportRow, width int) int {
	found, at, most := make([]int, width), -1, 0
	for _, r := range rows {
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

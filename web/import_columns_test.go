package web

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// TestMatchColumns recognizes columns by how other systems call them, and by what is in them.
func TestMatchColumns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ rows, want string }{
		"a template":                  {"user_id|name|role|department|title|manager|labels", "user_id name role department title manager labels head"},
		"as directories call them":    {"Display Name|User Principal Name|Job Title|Dept.\nAna|ana@example.com|Lead|Field", "name user_id title department head"},
		"first and last name":         {"First Name|Last Name|E-Mail\nAna|Lima|ana@example.com", "first_name last_name user_id head"},
		"a head that is not known":    {"Who|Kontakt\nAna|ana@example.com", " user_id head"},
		"no head":                     {"ana@example.com|Ana Lima\nbo@example.com|Bo", "user_id name"},
		"no head, name first":         {"Ana Lima|ana@example.com|42", "name user_id "},
		"one name twice":              {"email|mail|name\na@example.com|b@example.com|A", "user_id  name head"},
		"a column without a name":     {"email||name\na@example.com|x|A", "user_id  name head"},
		"no column has addresses":     {"name|team\nAna|Field", "name department head"},
		"more cells than heads":       {"email\na@example.com|A", "user_id  head"},
		"a manager beside an address": {"email|manager\na@example.com|b@example.com", "user_id manager head"},
		"a title above the head":      {"Joiners in January\nE-mail|Full name\na@example.com|A", "user_id name head 2"},
		"in German":                   {"Vorname|Name|E-Mail-Adresse|Abteilung", "first_name last_name user_id department head"},
		"in French":                   {"Prénom|Nom|Courriel|Département|Poste", "first_name last_name user_id department title head"},
		"invisible characters":        {"\u200bE\u00admail|\u00a0name", "user_id name head"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rows []users.ImportRow
			for line := range strings.SplitSeq(test.rows, "\n") {
				rows = append(rows, users.ImportRow{Cells: strings.Split(line, "|")})
			}
			width := 0
			for _, r := range rows {
				width = max(width, len(r.Cells))
			}
			columns, heads := matchColumns(rows, width)
			got := strings.Join(fieldNames(columns), " ")
			if heads > 0 {
				got += strings.TrimSuffix(fmt.Sprintf(" head %d", heads), " 1")
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// free reserves any memory.
func free(int) error { return nil }

// readText reads a pasted text as the page that takes it does.
func readText(t *testing.T, text string) (string, error) {
	t.Helper()
	var file *upload
	if hasHead(text) {
		var err error
		if file, _, err = saveUpload(strings.NewReader(text), ""); err != nil {
			t.Fatal(err)
		}
		file.field = "text"
		defer file.remove()
	}
	v, rows, err := readImport(text, file, free)
	got := fmt.Sprint(v.Columns)
	if err == nil {
		for r, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			got += " " + fmt.Sprint(r.Cells)
		}
	}
	return got, err
}

// TestReadImport reads what people paste: addresses, and cells of a spreadsheet with their head.
func TestReadImport(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ana@example.com, Bo Li <bo@example.com>":                  "[user_id name] [ana@example.com ] [bo@example.com Bo Li]",
		"E-mail\tTeam\nana@example.com\tField\n":                   "[user_id department] [ana@example.com Field]",
		"email;name;labels\r\nana@example.com;Ana;\"a, b\"":        "[user_id name labels] [ana@example.com Ana a, b]",
		"name,email\n'=Ana,ana@example.com\n'Aisha,aisha@e.com":    "[name user_id] [=Ana ana@example.com] ['Aisha aisha@e.com]",
		"Ana Lima\nbo@example.com":                                 "[user_id name] [Ana Lima Ana Lima] [bo@example.com ]",
		"mail to: ana@example.com; please add her\nbo@example.com": "[user_id name] [ana@example.com mail to] [bo@example.com ]",
	} {
		got, err := readText(t, text)
		if err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", text, got, err, want)
		}
	}
	_, err := readText(t, "email,email address,name\n,,\n")
	if invalid, ok := errors.AsType[*users.InvalidError](err); !ok || invalid.Fields[0].Field != "text" {
		t.Errorf("a head alone: got %v, want a mistake in the text", err)
	}
}

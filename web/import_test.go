package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/roboto-ai/console/internal/users"
)

// upload posts the form that adds many people, with a text or a file.
func (b *browser) upload(t *testing.T, text, name, content string) page {
	t.Helper()
	values := b.get(t, "/users/import").must(t, http.StatusOK).form(t, "/users/import")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for field, value := range values {
		if field != "file" && field != "text" {
			_ = w.WriteField(field, value[0])
		}
	}
	_ = w.WriteField("text", text)
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(content))
	}
	_ = w.Close()
	return b.send(t, http.MethodPost, "/users/import", w.FormDataContentType(), body.String())
}

// TestImport checks a file, corrects a refused line, and adds the people.
func TestImport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	p := b.upload(t, "", "joiners.csv", "E-mail,Full name,Team\nana@example.com,Ana Lima,Field\nbo@,Bo Li,Field\nana@example.com,Ana again,\n")
	check := p.location()
	p = b.get(t, check).must(t, http.StatusOK, "Check 3 lines", "joiners.csv", "Refused", "Line 2 has the same address.")
	values := p.form(t, check+"/check")
	if values.Get("line.3.user_id") != "bo@" || values.Get("column.2") != "department" {
		t.Fatalf("the page has %v", values)
	}
	values.Set("line.3.user_id", "bo@example.com")
	again := b.post(t, check+"/check", values).location()
	p = b.get(t, again).must(t, http.StatusOK, "Add 2 people", "1 refused line is left out.")
	b.post(t, again+"/start", p.form(t, again+"/start"))
	s.Settle()
	b.get(t, again).must(t, http.StatusOK, "2 users added or changed", "Text to send", "ana@example.com, bo@example.com")
	if bo := s.Must(t, "bo@example.com"); bo.Name != "Bo Li" || bo.Department != "Field" {
		t.Errorf("Bo is %q of %q", bo.Name, bo.Department)
	}
}

// TestImport_page corrects a whole page of lines at once, and says which columns are chosen wrongly.
func TestImport_page(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	text := "email\tname\trole\tdepartment\ttitle\tmanager\tlabels"
	for i := range 50 {
		text += fmt.Sprintf("\n@%d\tPerson %[1]d\tuser\tField\tEngineer\t\tnew", i)
	}
	check := b.upload(t, text, "", "").location()
	form := b.get(t, check).must(t, http.StatusOK, "Check 50 lines").form(t, check+"/check")
	for i := range 50 {
		form.Set(fmt.Sprintf("line.%d.user_id", i+2), fmt.Sprintf("person%d@example.com", i))
	}
	form.Set("column.3", "name")
	p := b.post(t, check+"/check", form).must(t, http.StatusUnprocessableEntity, "Another column is “Name”, too.")
	if p.form(t, check+"/check").Get("line.9.user_id") != "person7@example.com" {
		t.Error("the page does not keep what was typed")
	}
	form.Set("column.3", "department")
	b.get(t, b.post(t, check+"/check", form).must(t, http.StatusSeeOther).location()).must(t, http.StatusOK, "Add 50 people")
}

// TestImport_errorFile downloads the refused lines with the reasons, as a file that can be uploaded.
func TestImport_errorFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleAdmin)
	check := b.upload(t, "", "joiners.csv", "email,name,role\nana@example.com,=1+1,\nbo@example.com,Bo,owner\n").location()
	file := b.get(t, check+"/errors")
	file.must(t, http.StatusOK)
	want := "\ufeffemail,name,role,line,why\n"
	if body := strings.ReplaceAll(file.body, "\r", ""); !strings.HasPrefix(body, want) || !strings.Contains(body, "bo@example.com,Bo,owner,3,") || strings.Contains(body, "ana@") {
		t.Errorf("got %q", body)
	}
	if got := b.get(t, "/users/import/template").must(t, http.StatusOK).body; got != "\ufeffuser_id,name,role,department,title,manager,labels\n" {
		t.Errorf("the template is %q", got)
	}
}

// TestImport_workbook downloads the template as a workbook, uploads it filled in, and gets the
// refused lines as a workbook, whose corrected lines alone are imported again.
func TestImport_workbook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	template := b.get(t, "/users/import/template?format=xlsx").must(t, http.StatusOK)
	filled := inWorkbook(t, template.body, []any{"ana@example.com", "Ana Lima"}, []any{"bo@", "Bo Li", "user", "=1+1"})
	check := b.upload(t, "", "joiners.xlsx", filled).location()
	b.get(t, check).must(t, http.StatusOK, "Check 2 lines", "joiners.xlsx, sheet “Users”")
	file := b.get(t, check+"/errors").must(t, http.StatusOK)
	if got := file.header.Get("Content-Disposition"); got != `attachment; filename="errors.xlsx"` {
		t.Errorf("the file is sent as %q", got)
	}
	corrected := inWorkbook(t, file.body, []any{"bo@example.com"})
	b.get(t, b.upload(t, "", "errors.xlsx", corrected).location()).must(t, http.StatusOK, "Check 1 line", "bo@example.com", "Bo Li", "=1+1", "Add 1 person")
}

// inWorkbook returns a workbook with cells from its second row on.
func inWorkbook(t *testing.T, file string, rows ...[]any) string {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for i, cells := range rows {
		if err := book.SetSheetRow("Users", fmt.Sprintf("A%d", i+2), &cells); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestImport_separator writes the refused lines of a file with semicolons with semicolons.
func TestImport_separator(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	check := b.upload(t, "", "joiners.csv", "email;name\nbo@;Bo;\n").location()
	b.get(t, check+"/errors").must(t, http.StatusOK, "email;name;line;why", "bo@;Bo;2;")
}

// TestImport_mistakes says what is wrong with a file, and keeps the text.
func TestImport_mistakes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	for _, test := range []struct{ text, name, content, want string }{
		{"", "", "", "Paste addresses, or choose a file."},
		{"ana@example.com", "a.csv", "email\nb@example.com\n", "not both"},
		{"", "old.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Save it as .xlsx"},
		{"", "a.csv", "name,team\nAna,Field\n", "No column has addresses"},
		{"", "a.csv", "email,name\na@example.com,\"Ana\n", "Line 2: A quoted cell does not end"},
	} {
		b.upload(t, test.text, test.name, test.content).must(t, http.StatusUnprocessableEntity, test.want)
	}
	b.upload(t, strings.Repeat("a", 3<<20), "", "").must(t, http.StatusRequestEntityTooLarge)
	member := s.as(t, users.RoleUser)
	member.post(t, "/users/import", url.Values{}).must(t, http.StatusForbidden)
}

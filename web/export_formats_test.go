package web_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// whole is a user of whom everything is known.
func whole() *directory.Exported {
	at := time.Date(2026, 11, 26, 5, 4, 3, 123456000, time.UTC)
	return &directory.Exported{
		ID: "nightly", Name: "Nightly", Kind: users.KindService, Role: users.RoleAdmin, Status: users.StatusActive,
		CreatedAt: at, UpdatedAt: at.Add(time.Hour), SeenAt: at.Add(2 * time.Hour),
		TimeZone: "Europe/Zurich", PictureURL: "https://pictures.example.com/a.png",
		Channels: []byte(`{"web_ui":true,"email":true,"pager":false}`), Types: []byte(`{"comment_mention":true}`),
		Purpose: "Loads, at night", Responsible: "ana@example.com", ReviewOn: "2027-05-01",
		Department: "Ingest", Title: "Loader", Manager: "bea@example.com", Labels: "contractor,night shift", Note: "=1 Old.",
	}
}

// readCSV returns the rows of a file as a program reads them, by the names of the
// columns.
func readCSV(t *testing.T, file string) []map[string]string {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatalf("%v in %q", err, file)
	}
	rows := make([]map[string]string, len(lines)-1)
	for i, line := range lines[1:] {
		rows[i] = map[string]string{}
		for n, name := range lines[0] {
			rows[i][name] = line[n]
		}
	}
	return rows
}

func export(t *testing.T, format string, all ...*directory.Exported) string {
	t.Helper()
	file, err := web.Exported(format, all...)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestExportedCSV(t *testing.T) {
	t.Parallel()
	bare := &directory.Exported{ID: "ana@example.com", Kind: users.KindPerson, Channels: []byte(`{}`), Types: []byte(`{}`)}
	file := export(t, "csv", whole(), bare)
	want := []map[string]string{{
		"user_id": "nightly", "name": "Nightly", "type": "service", "role": "admin", "status": "active",
		"created_at": "2026-11-26T05:04:03Z", "updated_at": "2026-11-26T06:04:03Z", "last_seen_at": "2026-11-26T07:04:03Z",
		"time_zone": "Europe/Zurich", "picture_url": "https://pictures.example.com/a.png",
		"notification_channels": "email web_ui", "notification_types": "comment_mention",
		"purpose": "Loads, at night", "responsible": "ana@example.com", "review_on": "2027-05-01",
		"department": "Ingest", "title": "Loader", "manager": "bea@example.com", "labels": "contractor,night shift", "note": "'=1 Old.",
	}}
	rows := readCSV(t, file)
	if diff := cmp.Diff(want, rows[:1]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, value := range rows[1] {
		if value != map[string]string{"user_id": "ana@example.com", "type": "person"}[name] {
			t.Errorf("%s of a user without anything: %q", name, value)
		}
	}
	if !strings.HasPrefix(file, "user_id,name,") || strings.Count(file, "\r\n") != 3 || strings.Count(file, "\n") != 3 {
		t.Errorf("the lines are not as RFC 4180 has them: %q", file)
	}
}

// hostileTexts are texts that a spreadsheet or a file's format could take for something else,
// with what stands in their place in CSV.
var hostileTexts = map[string]string{
	`=HYPERLINK("http://evil.test","x")`: `'=HYPERLINK("http://evil.test","x")`,
	"+1+1":                               "'+1+1",
	"-1+1":                               "'-1+1",
	"@SUM(1)":                            "'@SUM(1)",
	"\t=1":                               "'\t=1",
	"\r=1":                               "'\r=1",
	"\n=1":                               "'\n=1",
	"＝1":                                 "'＝1",
	"=1,\"\r\n":                          "'=1,\"\r\n",
	`"quoted", twice ""`:                 `"quoted", twice ""`,
	"two\nlines":                         "two\nlines",
	"a=1":                                "a=1",
	"a;=1;b;-2;":                         "a;'=1;b;'-2;",
	"Zoë 👩‍🚀":                            "Zoë 👩‍🚀",
	"\u05d0\u05d1, \u0645":               "\u05d0\u05d1, \u0645",
	"'":                                  "'",
	"_x0041_ <b>&amp;\x01":               "_x0041_ <b>&amp;\x01",
	"  spaces  ":                         "  spaces  ",
}

// TestExportedCSV_hostile puts what spreadsheets would carry out into every text.
func TestExportedCSV_hostile(t *testing.T) {
	t.Parallel()
	for text, want := range hostileTexts {
		u := whole()
		u.ID, u.Name, u.TimeZone, u.PictureURL, u.Purpose, u.Responsible, u.ReviewOn = users.ID(text), text, text, text, text, users.ID(text), users.Date(text)
		file := export(t, "csv", u)
		// The reader of Go makes one character of the two that break a line.
		row, read := readCSV(t, file)[0], strings.ReplaceAll(want, "\r\n", "\n")
		for _, column := range []string{"user_id", "name", "time_zone", "picture_url", "purpose", "responsible", "review_on"} {
			if row[column] != read {
				t.Errorf("%q as %s: got %q, want %q", text, column, row[column], read)
			}
		}
		if !strings.Contains(strings.ReplaceAll(file, `""`, `"`), want) {
			t.Errorf("%q: not to the letter in %q", text, file)
		}
	}
}

// TestExportedCSV_ids is that a user_id stands in the file as it is, unless a spreadsheet
// would take it for a formula by its first character.
func TestExportedCSV_ids(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ana+x@example.com": "ana+x@example.com", "0=1@example.com": "0=1@example.com", "7-up": "7-up", "x@-": "x@-",
		"=cmd@example.com": "'=cmd@example.com", "-ana@example.com": "'-ana@example.com", "+ana@example.com": "'+ana@example.com",
		"'ana@example.com": "'ana@example.com", "_ana@example.com": "_ana@example.com",
	} {
		id, err := users.ParseID(text)
		if err != nil {
			t.Errorf("%s cannot be a user_id: %v", text, err)
		}
		u := whole()
		u.ID, u.Responsible = id, id
		if row := readCSV(t, export(t, "csv", u))[0]; row["user_id"] != want || row["responsible"] != want {
			t.Errorf("%s: got %q and %q", text, row["user_id"], row["responsible"])
		}
	}
}

// TestExportedWorkbook reads a workbook as another program does: every cell is a text, exactly
// as it was, and none a formula.
func TestExportedWorkbook(t *testing.T) {
	t.Parallel()
	all := []*directory.Exported{whole(), {ID: "bare@example.com", Kind: users.KindPerson, Channels: []byte(`{}`), Types: []byte(`{}`)}}
	texts := slices.Sorted(maps.Keys(hostileTexts))
	for _, text := range texts {
		u := whole()
		u.ID, u.Name, u.Purpose = users.ID(text), text, text
		all = append(all, u)
	}
	book, err := excelize.OpenReader(strings.NewReader(export(t, "xlsx", all...)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Users")
	if err != nil || len(rows) != len(all)+1 || rows[0][0] != "user_id" || rows[0][14] != "review_on" {
		t.Fatalf("got %d rows, %v", len(rows), err)
	}
	if got := strings.Join(rows[1], "|"); got != "nightly|Nightly|service|admin|active|2026-11-26T05:04:03Z|2026-11-26T07:04:03Z|2026-11-26T06:04:03Z|"+
		"Europe/Zurich|https://pictures.example.com/a.png|email web_ui|comment_mention|Loads, at night|ana@example.com|2027-05-01|Ingest|Loader|bea@example.com|contractor,night shift|=1 Old." {
		t.Errorf("got %s", got)
	}
	if got := strings.Join(rows[2], "|"); got != "bare@example.com||person" {
		t.Errorf("a user without anything: got %s", got)
	}
	for i, text := range texts {
		for _, column := range []string{"A", "B", "M"} {
			cell := column + strconv.Itoa(i+4)
			value, err := book.GetCellValue("Users", cell)
			kind, kindErr := book.GetCellType("Users", cell)
			formula, formulaErr := book.GetCellFormula("Users", cell)
			if err := errors.Join(err, kindErr, formulaErr); err != nil || value != text || formula != "" || kind != excelize.CellTypeInlineString {
				t.Errorf("%s: got %q of type %v with formula %q, %v, want %q", cell, value, kind, formula, err, text)
			}
		}
	}
}

func TestExportedJSONLines(t *testing.T) {
	t.Parallel()
	hostile := "=1 \u202e<b>&\u2028\n\"\\ Zoë 👩‍🚀"
	odd := &directory.Exported{ID: "ana@example.com", Name: hostile, Kind: users.KindSystem, Channels: []byte(`{ "email": true }`), Types: []byte(`{}`)}
	lines := strings.Split(strings.TrimSuffix(export(t, "jsonl", whole(), odd), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("got %d lines", len(lines))
	}
	want := `{"user_id":"nightly","name":"Nightly","is_service_user":true,"is_system_user":false,"picture_url":"https://pictures.example.com/a.png",` +
		`"notification_channels_enabled":{"web_ui":true,"email":true,"pager":false},"notification_types_enabled":{"comment_mention":true},` +
		`"role":"admin","status":"active","created_at":"2026-11-26T05:04:03.123456Z","last_seen_at":"2026-11-26T07:04:03.123456Z",` +
		`"updated_at":"2026-11-26T06:04:03.123456Z","time_zone":"Europe/Zurich","purpose":"Loads, at night","responsible":"ana@example.com","review_on":"2027-05-01",` +
		`"department":"Ingest","title":"Loader","manager":"bea@example.com","labels":["contractor","night shift"],"note":"=1 Old."}`
	if lines[0] != want {
		t.Errorf("got  %s\nwant %s", lines[0], want)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[1]), &got); err != nil {
		t.Fatal(err)
	}
	if got["name"] != hostile || got["is_system_user"] != true {
		t.Errorf("got %v", got)
	}
	for _, name := range []string{"picture_url", "last_seen_at", "purpose", "responsible", "review_on"} {
		if value, ok := got[name]; !ok || value != nil {
			t.Errorf("%s: got %v, want null", name, value)
		}
	}
}

// TestExportedFaults checks that a stored value that cannot be read is reported.
func TestExportedFaults(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "xlsx", "jsonl"} {
		u := whole()
		u.Types = []byte(`{"half`)
		if file, err := web.Exported(format, u); err == nil {
			t.Errorf("%s: got %q", format, file)
		}
	}
}

// TestExported_columns exports some columns in their order, in each format.
func TestExported_columns(t *testing.T) {
	t.Parallel()
	columns := []string{"user_id", "type", "last_seen_at", "labels"}
	for format, want := range map[string]string{
		"csv":   "user_id,type,last_seen_at,labels\r\nnightly,service,2026-11-26T07:04:03Z,\"contractor,night shift\"\r\n",
		"jsonl": `{"user_id":"nightly","is_service_user":true,"is_system_user":false,"last_seen_at":"2026-11-26T07:04:03.123456Z","labels":["contractor","night shift"]}` + "\n",
	} {
		if got, err := web.ExportedColumns(format, columns, whole()); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", format, got, err, want)
		}
	}
	file, err := web.ExportedColumns("xlsx", columns, whole())
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("Users")
	if diff := cmp.Diff([][]string{columns, {"nightly", "service", "2026-11-26T07:04:03Z", "contractor,night shift"}}, rows); err != nil || diff != "" {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
}

package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/roboto-ai/console/internal/users"
)

// decoded returns the body of a page as it was before it was compressed.
func decoded(t *testing.T, p page) []byte {
	t.Helper()
	var r io.Reader = strings.NewReader(p.body)
	var err error
	switch p.header.Get("Content-Encoding") {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// namesakes adds 64 people with names and addresses of a usual length. Whole ones have a department,
// a quarter of them a label, and seven of eight have signed in, some hours after each other.
func namesakes(t *testing.T, s *site, whole bool) *browser {
	t.Helper()
	departments, label := strings.Split("Data platform,Manufacturing,Field service,Fleet operations,Customer success", ","), "works council"
	n := 0
	for _, first := range strings.Fields("Aakanksha Abigail Amara Benedict Catherine Dmitri Elena Fernanda") {
		for _, last := range strings.Fields("Coleman Fletcher Holloway Khanna Lindqvist Okafor Saxena Tadesse") {
			person := users.NewPerson{ID: strings.ToLower(first + "." + last + "@example.com"), Name: first + " " + last}
			if whole {
				person.Department = &departments[n%len(departments)]
			}
			if whole && n%4 == 0 {
				person.Labels = &label
			}
			if _, err := s.AddPerson(t.Context(), s.Owner, person); err != nil {
				t.Fatal(err)
			}
			if whole && n%8 > 0 {
				s.Clock.Advance(time.Duration(n) * time.Hour)
				s.SignedIn(t, person.ID)
			}
			n++
		}
	}
	return s.as(t, users.RoleOwner)
}

// TestWeight limits the bytes of the pages that are seen most.
func TestWeight(t *testing.T) {
	t.Parallel()
	full, bare := namesakes(t, newSite(t), true), namesakes(t, newSite(t), false)
	for path, limit := range map[string]struct {
		b               *browser
		raw, gzip, zstd int
	}{
		"/users":                          {full, 36_600, 5_950, 6_250}, // with boxes to select users
		"/users?q=saxena":                 {full, 17_400, 4_150, 4_300},
		"/users/amara.okafor@example.com": {bare, 14_900, 4_000, 4_100}, // keys are random: their bytes vary by some dozens,
		"/profile":                        {bare, 40_000, 8_000, 8_200},
		"/audit":                          {bare, 90_000, 5_000, 5_200},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			for coding, most := range map[string]int{"identity": limit.raw, "gzip": limit.gzip, "zstd": limit.zstd} {
				if got := len(limit.b.with("Accept-Encoding", coding).get(t, path).must(t, http.StatusOK).body); got > most {
					t.Errorf("%s: got %d bytes, want at most %d", coding, got, most)
				}
			}
		})
	}
}

// TestWeight_rows limits the bytes of a row of the directory, and of all around the rows.
func TestWeight_rows(t *testing.T) {
	t.Parallel()
	for whole, most := range map[bool]int{false: 420, true: 520} {
		body := namesakes(t, newSite(t), whole).get(t, "/users").must(t, http.StatusOK).body
		before, rows, _ := strings.Cut(body, "<tbody>")
		rows, after, _ := strings.Cut(rows, "</tbody>")
		all := strings.SplitAfter(strings.TrimSuffix(rows, "</tr>"), "</tr>")
		if len(all) != users.DefaultLimit {
			t.Fatalf("got %d rows, want %d", len(all), users.DefaultLimit)
		}
		for _, row := range all {
			if len(row) > most {
				t.Errorf("got %d bytes, want at most %d: %s", len(row), most, row)
			}
		}
		if got := len(before) + len(after); got > 13_600 {
			t.Errorf("around the rows: got %d bytes, want at most 13,600", got)
		}
	}
}

package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

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

// namesakes adds 64 people with names and addresses of a usual length.
func namesakes(t *testing.T, s *site) {
	t.Helper()
	for _, first := range strings.Fields("Aakanksha Abigail Amara Benedict Catherine Dmitri Elena Fernanda") {
		for _, last := range strings.Fields("Coleman Fletcher Holloway Khanna Lindqvist Okafor Saxena Tadesse") {
			id := strings.ToLower(first + "." + last + "@example.com")
			if _, err := s.AddPerson(t.Context(), s.Owner, users.NewPerson{ID: id, Name: first + " " + last}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestWeight limits the bytes of the pages that are seen most.
func TestWeight(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	namesakes(t, s)
	b := s.as(t, users.RoleOwner)
	for path, limit := range map[string]struct{ raw, gzip, zstd int }{
		"/users":                          {39_500, 6_300, 6_500}, // with boxes to select users
		"/users?q=saxena":                 {18_800, 4_700, 4_800},
		"/users/amara.okafor@example.com": {14_900, 4_000, 4_100}, // keys are random: their bytes vary by some dozens,
		"/profile":                        {40_000, 8_000, 8_200},
		"/audit":                          {90_000, 5_000, 5_200},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			for coding, most := range map[string]int{"identity": limit.raw, "gzip": limit.gzip, "zstd": limit.zstd} {
				if got := len(b.with("Accept-Encoding", coding).get(t, path).must(t, http.StatusOK).body); got > most {
					t.Errorf("%s: got %d bytes, want at most %d", coding, got, most)
				}
			}
		})
	}
}

// TestWeight_rows limits the bytes of a row of the directory, and of all around the rows.
func TestWeight_rows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	namesakes(t, s)
	body := s.as(t, users.RoleOwner).get(t, "/users").must(t, http.StatusOK).body
	before, rows, _ := strings.Cut(body, "<tbody>")
	rows, after, _ := strings.Cut(rows, "</tbody>")
	all := strings.SplitAfter(strings.TrimSuffix(rows, "</tr>"), "</tr>")
	if len(all) != users.DefaultLimit {
		t.Fatalf("got %d rows, want %d", len(all), users.DefaultLimit)
	}
	for _, row := range all {
		if len(row) > 530 {
			t.Errorf("got %d bytes, want at most 530: %s", len(row), row)
		}
	}
	if got := len(before) + len(after); got > 14_300 {
		t.Errorf("around the rows: got %d bytes, want at most 14,300", got)
	}
}

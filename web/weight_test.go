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
		"/users":                          {32_000, 5_000, 5_200},
		"/users?q=saxena":                 {16_400, 4_100, 4_200},
		"/users/amara.okafor@example.com": {14_000, 3_750, 3_850},
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
		if len(row) > 400 {
			t.Errorf("got %d bytes, want at most 400: %s", len(row), row)
		}
	}
	if got := len(before) + len(after); got > 13_300 {
		t.Errorf("around the rows: got %d bytes, want at most 13,300", got)
	}
}

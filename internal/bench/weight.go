package main

import (
	"bytes"
	"context"
	"fmt"
)

// measureWeight measures the size of pages, as they are and compressed, and how the bytes
// of the directory divide into rows and the rest.
func (b *bench) measureWeight(ctx context.Context) error {
	for _, page := range []struct {
		name, path string
		raw, gzip  int // goals in KB; zero: none
	}{
		{"directory", "/users", 32, 5}, {"detail", userPath(b.large.people[0].id), 0, 0}, {"profile", "/profile", 0, 0}, {"audit log", "/audit", 0, 0},
	} {
		name := "size of the page: " + page.name
		if !b.wants(name) {
			continue
		}
		var bodies [3][]byte
		for i, encoding := range []string{"", "gzip", "zstd"} {
			var err error
			if bodies[i], err = b.large.get(ctx, page.path, encoding); err != nil {
				return err
			}
		}
		raw, gzip, zstd := len(bodies[0]), len(bodies[1]), len(bodies[2])
		goal, good := "", true
		if page.raw > 0 {
			goal, good = fmt.Sprintf("≤ %d KB; gzip ≤ %d KB", page.raw, page.gzip), raw <= page.raw<<10 && gzip <= page.gzip<<10
		}
		b.results.add(name, goal, fmt.Sprintf("%s; gzip %s, zstd %s", kilobytes(raw), kilobytes(gzip), kilobytes(zstd)), good)
		if page.raw > 0 {
			b.addRows(bodies[0])
		}
	}
	return nil
}

// addRows adds the bytes of a row of the directory, and of all around the rows.
func (b *bench) addRows(page []byte) {
	_, table, _ := bytes.Cut(page, []byte("<tbody"))
	table, _, _ = bytes.Cut(table, []byte("</tbody>"))
	rows := max(bytes.Count(table, []byte("<tr")), 1)
	row, around := len(table)/rows, len(page)-len(table)
	b.results.add(fmt.Sprintf("size of a row, of %d; of all around them", rows), "≤ 400 bytes; ≤ 12 KB", fmt.Sprintf("%d bytes; %s", row, kilobytes(around)), row <= 400 && around <= 12<<10)
}

package tabular_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/tabular"
)

func TestPasted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ana@example.com": "1 ana@example.com",
		"ana@example.com bo@example.com\tcy@example.com":           "1 ana@example.com; 1 bo@example.com; 1 cy@example.com",
		"ana@example.com, bo@example.com;cy@example.com|d@e.f":     "1 ana@example.com; 1 bo@example.com; 1 cy@example.com; 1 d@e.f",
		"Ana Silva <ana@example.com>, \"Bo Li\" <bo@example.com>":  "1 ana@example.com Ana Silva; 1 bo@example.com Bo Li",
		"Okafor, Amara <amara@example.com>":                        "1 amara@example.com Amara Okafor",
		"\"Okafor, Amara\" <amara@example.com>; ana@example.com":   "1 amara@example.com Amara Okafor; 1 ana@example.com",
		"ana@example.com\tAna Silva\r\nbo@example.com\tBo Li\r\n":  "1 ana@example.com Ana Silva; 2 bo@example.com Bo Li",
		"Ana Silva\tana@example.com\n\n鈴木 愛子,ai@example.com":       "1 ana@example.com Ana Silva; 3 ai@example.com 鈴木 愛子",
		"mailto:ana@example.com (Ana Silva)":                       "1 ana@example.com Ana Silva",
		"ana@example.com.\n'bo@example.com'":                       "1 ana@example.com; 2 bo@example.com",
		"ana@example.com\u00a0bo@example.com\u2003cy@example.com":  "1 ana@example.com; 1 bo@example.com; 1 cy@example.com",
		"\ufeffana@example.com\u200b\nb\u00ado@example.com":        "1 ana@example.com; 2 bo@example.com",
		"ana@example.com；bo@example.com，cy＠example.com":            "1 ana@example.com; 1 bo@example.com; 1 cy@example.com",
		"'ana@example.com' <ana@example.com>; Bo <bo@example.com>": "1 ana@example.com; 1 bo@example.com Bo",
		"\"Ana Silva\" <MAILTO:ana@example.com?subject=Hello>":     "1 ana@example.com Ana Silva",
		"Ana Silva [mailto:ana@example.com]":                       "1 ana@example.com Ana Silva",
		"1. ana@example.com\n2) Bo Li <bo@example.com>":            "1 ana@example.com; 2 bo@example.com Bo Li",
		"- ana@example.com\n•\tBo Li bo@example.com":               "1 ana@example.com; 2 bo@example.com Bo Li",
		"To: Ana <ana@example.com>, bo@example.com\nCc: c@e.org":   "1 ana@example.com Ana; 1 bo@example.com; 2 c@e.org",
		"Write to “ana@example.com”!":                              "1 ana@example.com Write to",
		"Ana Silva\nbo@":                                           "1  Ana Silva; 2 bo@",
		" ,; \n\t\n":                                               "",
	} {
		var got []string
		for e := range tabular.Pasted(text) {
			got = append(got, strings.TrimRight(fmt.Sprintf("%d %s %s", e.Line, e.Address, e.Name), " "))
		}
		if got := strings.Join(got, "; "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

package directory

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

func TestRarestTrigrams(t *testing.T) {
	t.Parallel()
	var unknown *trigramStats
	known := &trigramStats{have: map[string]int{"gar": 40, "arc": 9, "rci": 2, "cia": 30}, users: 500}
	tests := []struct {
		known  *trigramStats
		needle string
		want   []string
	}{
		{unknown, "  j", []string{"  j"}}, {unknown, "jose", []string{"jos", "ose"}}, {unknown, "garcia", []string{"gar", "arc", "cia"}},
		{unknown, "山田太郎", []string{"山田太", "田太郎"}}, {unknown, "aaaaaa", []string{"aaa"}},
		{known, "garcia", []string{"rci", "arc", "cia"}}, {known, "garcias", []string{"ias", "rci", "arc"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.known.rarest(test.needle, 3)); diff != "" {
			t.Errorf("rarest of %q (-want +got):\n%s", test.needle, diff)
		}
	}
}

// TestInFTS is the query of the index, and whether its result is exact.
func TestInFTS(t *testing.T) {
	t.Parallel()
	known := &trigramStats{have: map[string]int{}, users: 500}
	for _, trigram := range []string{"exa", "xam", "amp", "mpl", "ple", "com", "  e"} {
		known.have[trigram] = 400
	}
	known.have["jos"], known.have["ose"], known.have["  g"] = 3, 2, 90
	tests := map[string]struct {
		terms []spelling.Term
		want  string
		exact bool
		rare  bool
	}{
		"three characters":         {[]spelling.Term{{"jos"}}, `(("jos"))`, true, false},
		"a short word":             {[]spelling.Term{{"  g"}}, `(("  g"))`, true, false},
		"two words":                {[]spelling.Term{{" jo"}, {"  g"}}, `((" jo")) AND (("  g"))`, true, true},
		"a long word":              {[]spelling.Term{{"jose"}}, `(("jos" AND "ose"))`, false, false},
		"a rare word":              {[]spelling.Term{{"yildiz"}}, `(("yil" AND "ild" AND "ldi"))`, false, true},
		"two spellings":            {[]spelling.Term{{"jose", "yildiz"}}, `(("jos" AND "ose") OR ("yil" AND "ild" AND "ldi"))`, false, false},
		"a quotation mark":         {[]spelling.Term{{`a"b`}}, `(("a""b"))`, true, true},
		"common trigrams left out": {[]spelling.Term{{"ana@example"}}, `(("ana" AND "na@" AND "a@e"))`, false, true},
		"a common term left out":   {[]spelling.Term{{"jos"}, {"exa"}}, `(("jos"))`, false, false},
		"common terms only":        {[]spelling.Term{{"example"}, {"  e"}}, `(("exa"))`, false, false},
		"one common trigram":       {[]spelling.Term{{"exa"}}, `(("exa"))`, true, false},
	}
	for name, test := range tests {
		var f database.Filter
		_, exact := inFTS(&f, test.terms, known)
		rare := slices.ContainsFunc(test.terms, func(one spelling.Term) bool { return known.rareTerm(one) })
		if f.Args[0] != test.want || exact != test.exact || rare != test.rare {
			t.Errorf("%s: got %v, exact %t, rare %t; want %s, %t, %t", name, f.Args[0], exact, rare, test.want, test.exact, test.rare)
		}
	}
}

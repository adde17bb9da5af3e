package directory

import (
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// TestInFTS is the query of the index, and whether its result is exact.
func TestInFTS(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		terms []spelling.Term
		want  string
		exact bool
	}{
		"three characters":        {[]spelling.Term{{"jos"}}, `(("jos"))`, true},
		"a short word":            {[]spelling.Term{{"  g"}}, `(("  g"))`, true},
		"two words":               {[]spelling.Term{{" jo"}, {"  g"}}, `((" jo")) AND (("  g"))`, true},
		"a long word":             {[]spelling.Term{{"jose"}}, `(("jos" AND "ose"))`, false},
		"a longer word":           {[]spelling.Term{{"garcia"}}, `(("gar" AND "arc" AND "rci" AND "cia"))`, false},
		"repeated characters":     {[]spelling.Term{{"aaaaaa"}}, `(("aaa"))`, false},
		"characters of two bytes": {[]spelling.Term{{"żółćęą"}}, `(("żół" AND "ółć" AND "łćę" AND "ćęą"))`, false},
		"two spellings":           {[]spelling.Term{{"jose", "yildiz"}}, `(("jos" AND "ose") OR ("yil" AND "ild" AND "ldi" AND "diz"))`, false},
		"a word of many trigrams": {[]spelling.Term{{"konstantinopel"}}, `(("kon" AND "nst" AND "ant" AND "ino" AND "pel"))`, false},
		"a quotation mark":        {[]spelling.Term{{`a"b`}}, `(("a""b"))`, true},
		"an address":              {[]spelling.Term{{"ana.li@example.com"}}, `(("ana" AND "na." AND "a.l" AND ".li" AND "li@"))`, false},
		"a short local part":      {[]spelling.Term{{"jo@example.com"}}, `(("jo@"))`, false},
	}
	for name, test := range tests {
		var f database.Filter
		_, exact := inFTS(&f, test.terms)
		if f.Args[0] != test.want || exact != test.exact {
			t.Errorf("%s: got %v, exact %t; want %s, %t", name, f.Args[0], exact, test.want, test.exact)
		}
	}
}

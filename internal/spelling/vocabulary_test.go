package spelling_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/spelling"
)

// TestDistance names pairs of words and their distance.
func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"ana", "ana", 0}, {"ana", "anna", 1}, {"anna", "ana", 1}, {"anna", "anno", 1}, {"anna", "nana", 1}, {"anna", "nnaa", 2},
		{"maria", "mraia", 1}, {"jonson", "jonsson", 1}, {"wojtech", "wojciech", 2}, {"ca", "abc", 3},
		{"иван", "иваан", 1}, {"ana", "maria", 3}, {"abcdef", "ghijkl", 3},
	} {
		if got := spelling.Distance(c.a, c.b, 2); got != c.want {
			t.Errorf("from %q to %q: %d, not %d", c.a, c.b, got, c.want)
		}
	}
}

// slowDistance is the distance by the definition, at most limit+1.
func slowDistance(a, b []rune, limit int) int {
	switch {
	case limit < 0:
		return 0
	case len(a) == 0 || len(b) == 0:
		return min(len(a)+len(b), limit+1)
	case a[0] == b[0]:
		return slowDistance(a[1:], b[1:], limit)
	}
	n := 1 + min(slowDistance(a[1:], b, limit-1), slowDistance(a, b[1:], limit-1), slowDistance(a[1:], b[1:], limit-1))
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		n = min(n, 1+slowDistance(a[2:], b[2:], limit-1))
	}
	return n
}

// TestVocabularyFindsAll compares the close words of a vocabulary with those of the definition,
// among random words of few letters.
func TestVocabularyFindsAll(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		runes := make([]rune, 3+random.IntN(5))
		for i := range runes {
			runes[i] = []rune("aeinrsж")[random.IntN(7)]
		}
		return string(runes)
	}
	var words []string
	var v spelling.Vocabulary
	for range 500 {
		words = append(words, word())
		v.AddName(words[len(words)-1])
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if v.Len() != len(words) {
		t.Fatalf("%d words, not %d", v.Len(), len(words))
	}
	for range 40 {
		asked := word()
		got, want := map[string]int{}, map[string]int{}
		for _, c := range v.Close(asked) {
			got[c.Word] = c.Distance
		}
		for _, w := range words {
			if d := slowDistance([]rune(asked), []rune(w), 2); d <= 1 || d == 2 && len([]rune(asked)) >= 6 {
				want[w] = d
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("close to %s (-want +got):\n%s", asked, diff)
		}
	}
}

// TestVocabulary adds names and asks for close words, which come in order.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	var v spelling.Vocabulary
	for _, name := range []string{"Erik Jónsson", "Wojciech Lis", "Maeve O'Shaughnessy", "Li Bo", "Jonas Johnson", "robot@example.com", "(Ikeda)", "Ana-María Riviere"} {
		v.AddName(spelling.Fold(name))
	}
	for asked, want := range map[string][]string{
		"jonson": {"jonsson 1", "johnson 1"}, "wojtech": {"wojciech 2"}, "oshaughnesy": {"oshaughnessy 1", "shaughnessy 2"},
		"li": nil, "bob": nil, "ikedo": {"ikeda 1"}, "mario": {"maria 1"}, "robots": nil, "erik": {"erik 0"}, "eriks": {"erik 1"},
	} {
		var got []string
		for _, c := range v.Close(asked) {
			got = append(got, fmt.Sprint(c.Word, " ", c.Distance))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("close to %s (-want +got):\n%s", asked, diff)
		}
	}
}

package users

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
)

func TestSearchText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ name, id, want string }{
		"name and id":          {"Ana Lima", "ana.lima@example.com", "  ana  lima  ana.lima@example.com  li  ex  co"},
		"umlauts both ways":    {"Ana Müller", "ana", "  ana  muller  mueller  ana"},
		"no name":              {"", "robot-1", "  robot-1  1"},
		"written in one":       {"山田太郎", "taro", "  山田太郎  taro  田太  太郎  郎"},
		"hyphens, apostrophes": {"Anne-Marie D’Arc", "am1", "  anne-marie  d'arc  annemarie  darc  am1  ma  ar"},
		"brackets":             {"Li (李)", "li1", "  li  (李)  li1  李)"},
		"the same start twice": {"Jo Jo-Jo", "jo.jo", "  jo  jo-jo  jojo  jo.jo  jo"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (User{Name: test.name, ID: ID(test.id)}).searchText(); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// searches are what people type, and who is found by it.
var searches = map[string]string{
	"jose": "José García", "JOSÉ": "José García", "garcía josé": "José García", "arcí": "José García",
	"mueller": "Jürgen Müller", "muller": "Jürgen Müller", "Müller": "Jürgen Müller", "juergen": "Jürgen Müller", "mül": "Jürgen Müller",
	"schröder": "Uwe Schroeder", "schroeder": "Uwe Schroeder",
	"soeren": "Søren Kierkegaard", "soren": "Søren Kierkegaard", "SØREN": "Søren Kierkegaard", "aarhus": "Århus",
	"太": "山田太郎", "太郎": "山田太郎", "山田": "山田太郎", "山田太": "山田太郎", "田太郎": "山田太郎",
	"민": "김민준", "민준": "김민준", "ﾀﾛｳ": "タロウ", "たろ": "たろう",
	"достоевский": "Фёдор Достоевский", "федор": "Фёдор Достоевский", "дос": "Фёдор Достоевский", "ф": "Фёдор Достоевский",
	"مح": "مُحَمَّد", "محمد": "مُحَمَّد", "שלום": "שָׁלוֹם", "นาย": "นาย สมชาย", "ნინო": "ნინო",
	"o'neill": "Tara O’Neill", "o’neill": "Tara O’Neill", "neill": "Tara O’Neill", "ne": "Tara O’Neill",
	"ma": "Anne-Marie", "marie": "Anne-Marie", "anne-marie": "Anne-Marie", "e-m": "Anne-Marie",
	"🤖": "🤖 Robot", "ro": "🤖 Robot",
	"oshaughnessy": "Brian O’Shaughnessy", "o′shaughnessy": "Brian O’Shaughnessy", "o`shaughnessy": "Brian O’Shaughnessy", "oʿshaughnessy": "Brian O'Shaughnessy",
	"o shaughnessy": "Brian O’Shaughnessy", "O'Shaughnessy": "Brian OShaughnessy", "jeanpierre": "Jean-Pierre", "jean-pierre": "Jean Pierre", "jean pierre": "Jean-Pierre",
	"al-masri": "Al Masri", "l'hopital": "L’Hôpital", "hopital": "Lhôpital Hopital", "ジョン・スミス": "ジョン スミス", "じょん": "ジョン・スミス",
	"鈴木愛子": "鈴木 愛子", "鈴木 愛子": "鈴木愛子", "木愛": "鈴木 愛子", "愛子": "鈴木愛子", "สุข": "ศรีสุข", "김 민준": "김민준", "김민준": "김 민준",
	"علي رضا": "علی رضا", "كريم": "کریم", "کریم": "كريم", "٣": "۳ Nasr", "12": "१२ Rao", "eliyev": "Əliyev", "ҳаким": "Хаким", "хаким": "Ҳаким", "ё": "Елена",
	"o´brien": "Tom O´Brien", "o'brien": "Tom O´Brien", "kaʻahumanu": "Ka'ahumanu", "лук'ян": "Лукʼян", "علیرضا": "علی\u200cرضا", "ann-": "Ann—Kay",
}

// TestTerms holds each search against a directory's search texts, one by one.
func TestTerms(t *testing.T) {
	t.Parallel()
	for typed, name := range searches {
		text := User{Name: name, ID: "xyz"}.searchText()
		for _, word := range strings.Fields(typed) {
			if !has(text, termOf(word)) {
				t.Errorf("%q does not find %q, in %q", typed, name, text)
			}
		}
	}
	for typed, name := range map[string]string{"na": "Ana", "ose": "Jo Se", "garcia x": "José García", "郎太": "山田太郎"} {
		found := true
		for _, word := range strings.Fields(typed) {
			found = found && has((User{Name: name, ID: "qqq"}).searchText(), termOf(word))
		}
		if found {
			t.Errorf("%q finds %q", typed, name)
		}
	}
}

// has reports whether a search text has a term, as its condition in SQL does.
func has(text string, t term) bool {
	for _, needle := range t {
		if strings.Contains(text, needle) {
			return true
		}
	}
	return false
}

func TestRarestThrees(t *testing.T) {
	t.Parallel()
	var unknown *threes
	known := &threes{have: map[string]int{"gar": 40, "arc": 9, "rci": 2, "cia": 30}, users: 500}
	tests := []struct {
		known  *threes
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

// TestIndexed is how the index is asked, and when its answer needs no second look.
func TestIndexed(t *testing.T) {
	t.Parallel()
	known := &threes{have: map[string]int{}, users: 500}
	for _, three := range []string{"exa", "xam", "amp", "mpl", "ple", "com", "  e"} {
		known.have[three] = 400
	}
	known.have["jos"], known.have["ose"], known.have["  g"] = 3, 2, 90
	tests := map[string]struct {
		terms []term
		want  string
		alone bool
		rare  bool
	}{
		"three characters":          {[]term{{"jos"}}, `(("jos"))`, true, false},
		"a short word":              {[]term{{"  g"}}, `(("  g"))`, true, false},
		"two words":                 {[]term{{" jo"}, {"  g"}}, `((" jo")) AND (("  g"))`, true, true},
		"a long word":               {[]term{{"jose"}}, `(("jos" AND "ose"))`, false, false},
		"a rare word":               {[]term{{"yildiz"}}, `(("yil" AND "ild" AND "ldi"))`, false, true},
		"two spellings":             {[]term{{"jose", "yildiz"}}, `(("jos" AND "ose") OR ("yil" AND "ild" AND "ldi"))`, false, false},
		"a quotation mark":          {[]term{{`a"b`}}, `(("a""b"))`, true, true},
		"what is common left out":   {[]term{{"ana@example"}}, `(("ana" AND "na@" AND "a@e"))`, false, true},
		"a common word left out":    {[]term{{"jos"}, {"exa"}}, `(("jos"))`, false, false},
		"nothing but what's common": {[]term{{"example"}, {"  e"}}, `(("exa"))`, false, false},
		"one common three":          {[]term{{"exa"}}, `(("exa"))`, true, false},
	}
	for name, test := range tests {
		var f database.Filter
		_, alone := inFTS(&f, test.terms, known)
		rare := slices.ContainsFunc(test.terms, func(one term) bool { return one.rare(known) })
		if f.Args[0] != test.want || alone != test.alone || rare != test.rare {
			t.Errorf("%s: got %v, alone %t, rare %t; want %s, %t, %t", name, f.Args[0], alone, rare, test.want, test.alone, test.rare)
		}
	}
}

// TestSpell fills in the search texts that a migration has emptied.
func TestSpell(t *testing.T) {
	t.Parallel()
	s := newTestService(t)
	err := s.note(t.Context(), bookkeeping{`UPDATE users SET search_text = '', sort_name = ''`, nil})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{0, 1} {
		l, err := s.Users(t.Context(), Command(""), Query{Text: "owner"})
		if err != nil || len(l.Users) != want {
			t.Errorf("found %d, %v; want %d", len(l.Users), err, want)
		}
		told := 0
		if err := s.Spell(t.Context(), func(n int) { told = n }); err != nil || told != 1-want {
			t.Fatalf("Spell: told of %d users, %v", told, err)
		}
	}
}

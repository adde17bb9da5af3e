package spelling

import (
	"strings"
	"testing"
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
			if got := SearchText(test.name, test.id); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// searches are texts that people type, with a name that each finds.
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

// TestTerms matches each word of a search with the search text of a user.
func TestTerms(t *testing.T) {
	t.Parallel()
	for typed, name := range searches {
		text := SearchText(name, "xyz")
		for _, word := range strings.Fields(typed) {
			if !has(text, TermOf(word)) {
				t.Errorf("%q does not find %q, in %q", typed, name, text)
			}
		}
	}
	for typed, name := range map[string]string{"na": "Ana", "ose": "Jo Se", "garcia x": "José García", "郎太": "山田太郎"} {
		found := true
		for _, word := range strings.Fields(typed) {
			found = found && has(SearchText(name, "qqq"), TermOf(word))
		}
		if found {
			t.Errorf("%q finds %q", typed, name)
		}
	}
}

// has reports whether a search text contains a term, as the condition in SQL does.
func has(text string, t Term) bool {
	for _, needle := range t {
		if strings.Contains(text, needle) {
			return true
		}
	}
	return false
}

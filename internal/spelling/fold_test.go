package spelling

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// folded are texts in many scripts and their folded form.
var folded = map[string]struct{ in, want string }{
	"case":                      {"Ana MARIA", "ana maria"},
	"accents":                   {"Ångström Müller-Lüdenscheidt", "angstrom muller-ludenscheidt"},
	"accents of their own":      {"Jose\u0301", "jose"},
	"sharp s":                   {"Straße", "strasse"},
	"capital sharp s":           {"STRAẞE", "strasse"},
	"Turkish dotted I":          {"İpek", "ipek"},
	"Turkish dotless i":         {"Yıldız", "yildiz"},
	"Polish":                    {"Łukasz Żółć", "lukasz zolc"},
	"Danish":                    {"Bjørn Æbelø", "bjorn aebelo"},
	"Icelandic":                 {"Þórður Guðmundsson", "thordur gudmundsson"},
	"Croatian":                  {"Đurđa Šarić", "durda saric"},
	"Maltese":                   {"Ħaż-Żebbuġ", "haz-zebbug"},
	"French ligature":           {"Cœur", "coeur"},
	"Vietnamese":                {"Nguyễn Thị Hồng", "nguyen thi hong"},
	"Greek with a final sigma":  {"ΣΊΣΥΦΟΣ", "σισυφοσ"},
	"Greek in lower case":       {"Σίσυφος", "σισυφοσ"},
	"Cyrillic":                  {"Фёдор Йорданов", "федор иорданов"},
	"Armenian":                  {"ԱՆԱՀԻՏ", "անահիտ"},
	"Georgian":                  {"ნინო", "ნინო"},
	"Cherokee":                  {"Ꭰꭰ", "ꭰꭰ"},
	"Hebrew with points":        {"שָׁלוֹם", "שלום"},
	"Arabic with marks":         {"مُحَمَّد", "محمد"},
	"Japanese":                  {"山田 太郎", "山田 太郎"},
	"half-width katakana":       {"ﾀﾛｳ", "たろう"},
	"Korean":                    {"김민준", "김민준"},
	"Korean in parts":           {"\u1100\u1175\u11b7", "김"},
	"full-width letters":        {"Ａｎａ", "ana"},
	"ligature of compatibility": {"ﬁnn", "finn"},
	"white space of all kinds":  {" Ana\u00a0\u2003Maria\t", "ana maria"},
	"digits of compatibility":   {"Robot ②", "robot 2"},
	"Kelvin sign":               {"\u212aelvin", "kelvin"},
	"emoji":                     {"🤖 Robot", "🤖 robot"},
	"nothing":                   {"", ""},
	"marks alone":               {"\u0301\u0302", ""},
	"not UTF-8":                 {"a\xffb", "a\ufffdb"},
}

func TestFold(t *testing.T) {
	t.Parallel()
	for name, test := range folded {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Fold(test.in); got != test.want {
				t.Errorf("Fold(%q): got %q, want %q", test.in, got, test.want)
			}
		})
	}
}

// FuzzFold looks for texts that fold to another text when folded again, and for sort keys
// that are not a prefix of the folded name.
func FuzzFold(f *testing.F) {
	for _, seed := range []string{"Ana MARIA", "İpek", "ﷺ", "\u0345\u1fb3", "Æ\u0301", "a\xff", "\u1100\u1175\u11b7", "ŉ ǆ ẞ ſ", "Ꭰꭰ", "  x\u3000 "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%q): got %q, folded again %q", s, once, twice)
		}
		if !utf8.ValidString(once) || once != strings.Join(strings.Fields(once), " ") {
			t.Errorf("Fold(%q): got %q", s, once)
		}
		if key := SortKey(s); len(key) > maxSortKey || !strings.HasPrefix(once, key) {
			t.Errorf("SortKey(%q): got %q", s, key)
		}
	})
}

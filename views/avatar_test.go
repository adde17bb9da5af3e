package views_test

import (
	"testing"

	"github.com/roboto-ai/console/views"
)

func TestAvatarOfInitials(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ label, want string }{
		"two words":               {"Ana Kovač", "AK"},
		"more than two words":     {"Nguyễn Thị Minh Khai", "NK"},
		"one word":                {"Ana", "A"},
		"lower case":              {"ana de la cruz", "AC"},
		"an address":              {"ana.kovac@example.com", "AK"},
		"a service user":          {"nightly-export_v2", "NV"},
		"marks after the letter":  {"E\u0301mile Zola", "ÉZ"},
		"digraph":                 {"ǆemal Ćosić", "ǅĆ"},
		"in parentheses":          {"(Ana) “Kovač”", "AK"},
		"Cyrillic":                {"Дмитрий Орлов", "ДО"},
		"Chinese":                 {"山田 太郎", "山太"},
		"Hangul in parts":         {"\u1100\u1175\u11b7", "김"},
		"Arabic letters stay two": {"محمد علي", "م\u200cع"},
		"Hebrew":                  {"דוד כהן", "דכ"},
		"Devanagari conjunct":     {"क्षितिज शर्मा", "क्षिश"},
		"Thai":                    {"สมชาย", "ส"},
		"emoji of several parts":  {"👩🏽‍💻 Dev", "👩🏽‍💻D"},
		"flag":                    {"🇨🇭", "🇨🇭"},
		"two flags in a row":      {"🇨🇭🇫🇷", "🇨🇭"},
		"digits":                  {"42", "4"},
		"nothing to read":         {" –", "?"},
		"empty":                   {"", "?"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := views.AvatarOf(test.label, "seed", false, "").Initials; got != test.want {
				t.Errorf("got initials %+q, want %+q", got, test.want)
			}
		})
	}
}

func TestAvatarOfHue(t *testing.T) {
	t.Parallel()
	seen := make(map[int]bool)
	for _, seed := range []string{"usr_a", "usr_b", "usr_c", "usr_d", "usr_e", "usr_f", "usr_g", "usr_h", "usr_i", "usr_j", "usr_k"} {
		one, other := views.AvatarOf("Ana", seed, false, ""), views.AvatarOf("Bo", seed, true, "")
		if one.Hue != other.Hue {
			t.Errorf("%s: got hues %d and %d, want the same", seed, one.Hue, other.Hue)
		}
		if one.Hue < 0 || one.Hue > 5 {
			t.Errorf("%s: got hue %d, want 0 to 5", seed, one.Hue)
		}
		seen[one.Hue] = true
	}
	if len(seen) < 3 {
		t.Errorf("got %d different hues for 11 users, want more", len(seen))
	}
}

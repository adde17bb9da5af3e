package spelling

import "testing"

func TestNormalize(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"trimmed":                        {"  Ana\u00a0", "Ana"},
		"one form of two":                {"Zoe\u0308", "Zoë"},
		"zero-width space":               {"王小\u200b明", "王小明"},
		"zero-width space at the end":    {"Ana\u200b ", "Ana"},
		"byte-order mark":                {"\ufeffAna", "Ana"},
		"soft hyphen, word joiner":       {"A\u00adn\u2060a", "Ana"},
		"filler letters":                 {"Ana\u3164\u115f", "Ana"},
		"joiner in Latin":                {"An\u200da", "Ana"},
		"joiner at the end":              {"علی\u200c", "علی"},
		"joiner that Persian needs":      {"علی\u200cرضا", "علی\u200cرضا"},
		"joiner that Sinhala needs":      {"ශ්\u200dරී", "ශ්\u200dරී"},
		"picture of two":                 {"👩\u200d💻", "👩\u200d💻"},
		"picture of two, with skin tone": {"👩🏽\u200d💻", "👩🏽\u200d💻"},
		"heart as a picture":             {"❤\ufe0f Ana", "❤\ufe0f Ana"},
		"selector on a letter":           {"A\ufe0fna", "Ana"},
		"ideograph with a variant":       {"葛\U000e0100城", "葛\U000e0100城"},
		"Arabic number sign":             {"\u0600123", "\u0600123"},
	}
	for name, test := range tests {
		if got := Normalize(test.in); got != test.want {
			t.Errorf("%s: Normalize(%+q): got %+q, want %+q", name, test.in, got, test.want)
		}
		if got := Normalize(test.want); got != test.want {
			t.Errorf("%s: a normal text becomes %+q", name, got)
		}
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Ana": "Ana", "王小\u200b明": "王小⟨U+200B⟩明", "a\u202eb": "a⟨U+202E⟩b", "a\x07b": "a⟨U+0007⟩b",
		"👩\u200d💻": "👩\u200d💻", "علی\u200cرضا": "علی\u200cرضا", "Zoë": "Zoë",
	} {
		if got := Reveal(in); got != want {
			t.Errorf("Reveal(%+q): got %q, want %q", in, got, want)
		}
	}
}

package users

import "testing"

func TestTidyText(t *testing.T) {
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
		if got := tidyText(test.in); got != test.want {
			t.Errorf("%s: tidyText(%+q): got %+q, want %+q", name, test.in, got, test.want)
		}
		if got := tidyText(test.want); got != test.want {
			t.Errorf("%s: a tidy text becomes %+q", name, got)
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

func TestTextFlaw_marks(t *testing.T) {
	t.Parallel()
	for text, flawed := range map[string]bool{
		"Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c": true,
		"o\u0300\u0301\u0302\u0303":       false,
		"Nguyễn Thị Ánh":                  false,
		"שָׁלוֹם":                         false,
		"a\u20dd\u20de\u20df\u20e0\u20e2": true,
	} {
		if got := textFlaw(text, MaxName); (got != "") != flawed {
			t.Errorf("%q: got flaw %q, want one: %t", text, got, flawed)
		}
	}
}

func TestEnteredID(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]ID{
		"Ana@Example.com": "ana@example.com", " ana@example.com\u200b": "ana@example.com", "Ana Lima <ana@example.com>": "ana@example.com",
		"mailto:ana@example.com": "ana@example.com", "<ana@example.com>;": "ana@example.com", "robot-1": "robot-1",
		"ana@example.com bob@example.com": "ana@example.com bob@example.com", "Ana Lima": "ana lima",
	} {
		if got := EnteredID(in); got != want {
			t.Errorf("EnteredID(%+q): got %q, want %q", in, got, want)
		}
	}
}

func TestIDFlaw_namesTheCharacter(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"müller": "“ü” cannot be part of it.", "ana lima": "There is a space in it.", "an\u200ba": "There is an invisible character in it, U+200B.",
		"a:b": "“:” cannot be part of it.", "-ana": "Use letters",
	} {
		if got := canonical(in).flaw(); len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

package users

import "testing"

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
		if got := Canonical(in).flaw(); len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

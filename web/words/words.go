// Package words holds the texts for people that are not written in a page's template: names of
// roles, fields and actions, sentences of the history, refusals, times and counts. The pages,
// the API, the doctor and the command line take them from here, so that one thing has one name.
//
// A text is named by what it is about: it is an entry of a table by action, field, state or
// cause, or a function that returns a whole phrase. Callers do not join phrases with words of
// their own. A second language is a second set of these tables and functions.
//
// The package knows the names of the domain and of the provider, and neither HTTP nor HTML.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// And joins items as a sentence does: "a, b and c".
func And(items []string) string { return enumerate(items, " and ") }

// Or joins items as alternatives: "a, b or c".
func Or(items []string) string { return enumerate(items, " or ") }

func enumerate(items []string, last string) string {
	if n := len(items); n > 1 {
		return strings.Join(items[:n-1], ", ") + last + items[n-1]
	}
	return strings.Join(items, "")
}

// Capital returns s with a capital first letter.
func Capital(s string) string { return mapFirst(s, unicode.ToUpper) }

// Lower returns s with a small first letter.
func Lower(s string) string { return mapFirst(s, unicode.ToLower) }

func mapFirst(s string, to func(rune) rune) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(to(r)) + s[size:]
}

// Plain returns s as one line without characters that reorder the text around it: control
// characters become spaces, and those that embed, override or isolate a direction are
// removed. The direction marks that Arabic and Hebrew need stay.
func Plain(s string) string {
	if isPrintable(s) { // the fast path: a page calls this hundreds of times
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, s)
}

// isPrintable reports whether s is printable ASCII.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Shorten returns at most n characters of s, the last one an ellipsis if s is longer.
func Shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

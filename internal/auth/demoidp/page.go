package demoidp

import (
	"strconv"
	"strings"
	"unicode"
)

// label returns what the person is called.
func (p Person) label() string {
	if p.Name == "" {
		return p.UserID
	}
	return p.Name
}

// initials returns the first letters of the first and the last word of what the
// person is called.
func initials(p Person) string {
	words := strings.FieldsFunc(p.label(), func(r rune) bool { return !unicode.IsLetter(r) })
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[:1]
	if len(words) > 1 && p.Name != "" {
		first = append(first, []rune(words[len(words)-1])[0])
	}
	return strings.ToUpper(string(first))
}

// hue returns the class that colours the i-th avatar.
func hue(i int) string { return "av" + strconv.Itoa(i%6) }

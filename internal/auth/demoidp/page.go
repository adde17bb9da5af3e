package demoidp

import (
	"strconv"
	"strings"
	"unicode"
)

// label returns the person's name, or their user ID.
func (p Person) label() string {
	if p.Name == "" {
		return p.UserID
	}
	return p.Name
}

// initials returns the initials of the person's label.
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

// avatarClass returns the CSS class for the colour of the i-th avatar.
func avatarClass(i int) string { return "av" + strconv.Itoa(i%6) }

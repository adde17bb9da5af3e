package views

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// An Avatar stands for a user: a picture, else initials, or a robot for a
// service user.
type Avatar struct {
	Initials   string
	Hue        int // 0 to 5, the same for a user at all times
	Service    bool
	PictureURL string // shown only if it is an https address
}

// hues is how many colours an avatar can have.
const hues = 6

// hueClasses are the classes of avatars without a size, by their colour.
var hueClasses = [hues]string{"av0", "av1", "av2", "av3", "av4", "av5"}

// AvatarOf returns the avatar of a user. Its initials come from label, the
// user's name or else user_id, in any script; its colour from seed, which should
// never change for a user. An empty picture means none.
func AvatarOf(label, seed string, service bool, picture string) Avatar {
	h := fnv.New32a()
	h.Write([]byte(seed))
	return Avatar{Initials: initials(label), Hue: int(h.Sum32() % hues), Service: service, PictureURL: picture}
}

// picture returns the address of the avatar's picture, or nothing if it is not
// one that may be shown.
func (a Avatar) picture() string {
	if !strings.HasPrefix(a.PictureURL, "https://") {
		return ""
	}
	return a.PictureURL
}

// class returns the classes of the avatar in a size: "sm", "" or "lg". The zero Avatar
// has no colour.
func (a Avatar) class(size string) string {
	if size == "" && !a.Service && a.Initials != "" { // in lists
		return hueClasses[a.Hue%hues]
	}
	class := size
	if a.Service {
		class = strings.TrimSpace(class + " svc")
	}
	if a != (Avatar{}) {
		class = strings.TrimSpace("av" + strconv.Itoa(a.Hue%hues) + " " + class)
	}
	return class
}

// initials returns the first letters of the first and the last word of label,
// without what is in brackets at its end, or "?" if it has none.
func initials(label string) string {
	label, _, _ = strings.Cut(norm.NFC.String(label), "@")
	if before, _, ok := strings.Cut(label, " ("); ok {
		label = before
	}
	words := strings.FieldsFunc(label, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && !unicode.IsSymbol(r) && r != joiner && r != nonJoiner
	})
	if len(words) == 0 {
		return "?"
	}
	first := firstLetter(words[0])
	if len(words) == 1 {
		return first
	}
	last := firstLetter(words[len(words)-1])
	if unicode.In([]rune(first)[0], unicode.Arabic, unicode.Syriac) {
		return first + string(nonJoiner) + last // letters that would run together
	}
	return first + last
}

const (
	nonJoiner = '\u200C'
	joiner    = '\u200D'
)

// firstLetter returns the first letter of word as a reader sees it, in capitals:
// a character with all the marks and parts that belong to it.
func firstLetter(word string) string {
	runes := []rune(word)
	end := 1
	for end < len(runes) && belongs(runes[end-1], runes[end], end) {
		end++
	}
	for i, r := range runes[:end] {
		runes[i] = unicode.ToTitle(r)
	}
	return string(runes[:end])
}

// belongs reports whether r, the i-th character of a word, is part of the same
// letter as the one before it.
func belongs(before, r rune, i int) bool {
	switch {
	case unicode.Is(unicode.M, r), r == joiner, r == nonJoiner, before == joiner:
		return true
	case unicode.In(before, viramas): // joins consonants, as in क्ष
		return true
	case isFlag(before) && isFlag(r):
		return i == 1
	}
	return r >= 0x1F3FB && r <= 0x1F3FF // skin tones
}

// isFlag reports whether r is one of the two letters that make a flag.
func isFlag(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// viramas are the signs that join two consonants of an Indic script.
var viramas = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x094D, Hi: 0x094D, Stride: 1}, // Devanagari
	{Lo: 0x09CD, Hi: 0x09CD, Stride: 1}, // Bengali
	{Lo: 0x0ACD, Hi: 0x0ACD, Stride: 1}, // Gujarati
	{Lo: 0x0B4D, Hi: 0x0B4D, Stride: 1}, // Oriya
	{Lo: 0x0C4D, Hi: 0x0C4D, Stride: 1}, // Telugu
	{Lo: 0x0D4D, Hi: 0x0D4D, Stride: 1}, // Malayalam
}}

package users

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/spelling"
)

// Lengths of normalized text, in characters.
const (
	MaxName    = 200
	MaxPicture = 2048
	MaxPurpose = 500
	MaxReason  = 500

	MaxDepartment = 100
	MaxTitle      = 100
	MaxLabel      = 40
	MaxNote       = 2000
)

// MaxLabels is how many labels a user may have.
const MaxLabels = 20

// A FieldRule describes the valid values of a field of the record. The validation follows it,
// and docs/fields.md is generated from it.
type FieldRule struct{ Field, Rule string }

// FieldRules returns the rules of all fields that people or programs fill in.
func FieldRules() []FieldRule {
	all := []FieldRule{{"user_id", fmt.Sprintf("%d–%d characters of a–z, 0–9 and . _ + @ -, beginning with a letter or digit, or an e-mail address (the forms ask for one for a person); upper case becomes lower case; %s are reserved; unique; never changed here", minID, maxID, reservedWords())}}
	for _, f := range recordFields {
		all = append(all, FieldRule{f.name, f.rule})
	}
	return append(all, FieldRule{"channel.*", "on or off, for each of " + strings.Join(Channels, ", ")},
		FieldRule{"type.*", "on or off, for each of " + strings.Join(Types, ", ")},
		FieldRule{"token: name", fmt.Sprintf("1–%d characters after trimming, each white space as one space", MaxTokenName)},
		FieldRule{"token: description", fmt.Sprintf("optional; at most %d characters after trimming", MaxTokenDescription)},
		FieldRule{"token: expiry", "from now to the end of what --token-lifetime allows; never only where that is never"},
		FieldRule{"token: scopes", "one or more of " + strings.ReplaceAll(ScopeSet(Scopes).String(), " ", ", ") + "; of a token that issues another, none that it lacks"},
		FieldRule{"token: ranges", fmt.Sprintf("optional; at most %d addresses or CIDR ranges of IPv4 or IPv6; of a token that issues another, within its own", MaxRanges)},
		FieldRule{"reason", fmt.Sprintf("optional; at most %d characters; kept with the event", MaxReason)})
}

// reservedWords lists reservedIDs in the order of the alphabet.
func reservedWords() string {
	var words []string
	for id := range reservedIDs {
		words = append(words, string(id))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// textFlaw returns what is wrong with a normalized text of one line, empty for nothing.
func textFlaw(s string, most int) string {
	switch {
	case !utf8.ValidString(s):
		return "This is not readable text. Type it again."
	case utf8.RuneCountInString(s) > most:
		return fmt.Sprintf("Use at most %d characters.", most)
	case strings.ContainsFunc(s, spelling.Control):
		return "Remove the control characters, line breaks or text-direction marks."
	case spelling.ExceedsMarks(s):
		return fmt.Sprintf("Use at most %d accents or other marks on one letter.", spelling.MaxMarks)
	case s != "" && !strings.ContainsFunc(s, spelling.Visible):
		return "Use at least one character that shows."
	case secretWithin.MatchString(s):
		return "Remove the secret of a token: this text is stored and shown."
	}
	return ""
}

// pictureFlaw returns what is wrong with the address of a picture, empty for nothing.
func pictureFlaw(s string) string {
	u, err := url.Parse(s)
	switch {
	case len(s) > MaxPicture:
		return fmt.Sprintf("Use at most %d characters.", MaxPicture)
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsFunc(s, notInURL):
		return "Enter an address that begins with https://, like https://example.com/ana.png."
	}
	return ""
}

// notInURL reports whether r has no place in a URL (RFC 3986 section 2), or only
// as an escape.
func notInURL(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\^`{|}", r)
}

// zones caches the time zones that were found, some hundred at most, as a look-up reads a file.
var zones sync.Map

// zoneFlaw returns what is wrong with a time zone, empty for nothing. Local is not valid: only Go
// knows it, as the zone of the server.
func zoneFlaw(name string) string {
	if _, known := zones.Load(name); known {
		return ""
	}
	// A name with a detour in it, such as Europe/./Zurich, is found, but is none.
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" || path.Clean(name) != name {
		return "Choose a time zone, like Europe/Zurich."
	}
	zones.Store(name, nil)
	return ""
}

// reviewFlaw returns what is wrong with a review date, empty for nothing.
func reviewFlaw(d string, today Date) string {
	t, err := time.Parse(time.DateOnly, d)
	switch {
	case err != nil:
		return "Enter a date as year-month-day, like 2027-01-31."
	case Date(d) < today:
		return "Choose today or a later day."
	case t.Year() > 9999:
		return "Choose an earlier day."
	}
	return ""
}

// check returns an [*InvalidError] on the invalid fields of after that differ from before. A value
// that was stored by former rules stays until it is changed.
func check(before, after User, today Date) *InvalidError {
	bad := new(InvalidError)
	for _, f := range recordFields {
		if f.flaw == nil {
			continue
		}
		value := *f.text(&after)
		if value == *f.text(&before) || value == "" && f.optional {
			continue
		}
		if why := f.flaw(value, today); why != "" {
			bad.Add(f.name, why)
		}
	}
	return bad
}

// normalizeReason returns a reason in the form in which it is stored, or an [*InvalidError].
func normalizeReason(s string) (string, error) {
	s = spelling.Normalize(strings.Join(strings.Fields(s), " "))
	if why := textFlaw(s, MaxReason); why != "" {
		return "", Invalid("reason", "%s", why)
	}
	return s, nil
}

// joined returns the first of errs that is no [*InvalidError], else one [*InvalidError] with the fields
// of all of them, else nil.
func joined(errs ...error) error {
	all := new(InvalidError)
	for _, err := range errs {
		switch bad, ok := err.(*InvalidError); {
		case err == nil:
		case ok && bad != nil:
			all.Fields = append(all.Fields, bad.Fields...)
		case !ok:
			return err
		}
	}
	return all.OrNil()
}

package web

import (
	"cmp"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// fieldLimits are how many characters the fields of forms and the parameters of lists
// may hold. All others hold maxUserID at most.
var fieldLimits = map[string]int{
	"name": users.MaxName, "picture_url": users.MaxPicture, "purpose": users.MaxPurpose, "reason": users.MaxReason, "description": users.MaxTokenDescription, "ranges": maxRangesText,
	"labels": users.MaxLabels * (users.MaxLabel + len(", ")), "note": users.MaxNote, "selected": 64 * directory.MaxPicked,
	"department": maxValues, "label": maxValues, "manager": maxValues, "query": maxReturnTo, "return_to": maxReturnTo, "after": maxCursor, "before": maxCursor,
}

// maxValues is how many characters the values of a filter by name may hold.
const maxValues = 1_000

// maxRangesText is more than the longest list of address ranges that a token may have.
const maxRangesText = 64 * users.MaxRanges

// maxCursor is more than the longest place in a list that the console makes.
const maxCursor = 2048

// fieldLimit returns how many characters the field of that name may hold.
func fieldLimit(name string) int { return cmp.Or(fieldLimits[name], maxUserID) }

// truncate returns value as it is shown again: one character more than its field may hold
// is enough to see that it is too long, however much the client sent.
func truncate(name, value string) string {
	if name == "q" {
		return users.SearchText(value)
	}
	return firstRunes(value, fieldLimit(name)+1)
}

// firstRunes returns the first n characters of text.
func firstRunes(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

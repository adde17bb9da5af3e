package web

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/directory"
)

// exportColumns are the columns of an export as a table, in the order of [exportCells].
var exportColumns = []string{
	"user_id", "name", "type", "role", "status", "created_at", "last_seen_at", "updated_at", "time_zone", "picture_url",
	"notification_channels", "notification_types", "purpose", "responsible", "review_on",
	"department", "title", "manager", "labels", "note",
}

// columnNamesOf returns the names of columns of an export, nil for all.
func columnNamesOf(columns []string) []string {
	if columns == nil {
		return exportColumns
	}
	return columns
}

// exportCells returns what appends a user to b, with cell for each of the columns, nil for all.
func exportCells(columns []string, cell func(b []byte, column int, text string) []byte) func(b []byte, u *directory.Exported) ([]byte, error) {
	var keys keysThatAreOn
	var places []int // of the columns among all
	for _, name := range columnNamesOf(columns) {
		places = append(places, slices.Index(exportColumns, name))
	}
	return func(b []byte, u *directory.Exported) ([]byte, error) {
		channels, err := keys.of(u.Channels)
		if err != nil {
			return b, err
		}
		types, err := keys.of(u.Types)
		if err != nil {
			return b, err
		}
		texts := [...]string{
			string(u.ID), u.Name, string(u.Kind), string(u.Role), string(u.Status), timeCell(u.CreatedAt), timeCell(u.SeenAt), timeCell(u.UpdatedAt),
			u.TimeZone, u.PictureURL, channels, types, u.Purpose, string(u.Responsible), string(u.ReviewOn),
			u.Department, u.Title, string(u.Manager), u.Labels, u.Note,
		}
		for column, place := range places {
			b = cell(b, column, texts[place])
		}
		return b, nil
	}
}

// timeCell returns a time to the second, in UTC; nothing for never.
func timeCell(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// maxKeysKnown is how many stored objects a keysThatAreOn remembers.
const maxKeysKnown = 1000

// A keysThatAreOn knows what stored objects of key to bool come to, of which a
// million users have only a few: to read one takes longer than to read a user.
type keysThatAreOn struct{ known map[string]string }

// of returns the keys of an object that are true, with spaces between them.
func (k *keysThatAreOn) of(object []byte) (string, error) {
	if text, ok := k.known[string(object)]; ok {
		return text, nil
	}
	var all map[string]bool
	if err := json.Unmarshal(object, &all); err != nil {
		return "", err
	}
	maps.DeleteFunc(all, func(_ string, on bool) bool { return !on })
	text := strings.Join(slices.Sorted(maps.Keys(all)), " ")
	if k.known == nil || len(k.known) >= maxKeysKnown {
		k.known = make(map[string]string)
	}
	k.known[string(object)] = text
	return text, nil
}

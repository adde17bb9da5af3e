package audit

import (
	"slices"
	"strings"
)

// keyPrefix is the prefix of users' keys.
const keyPrefix = "usr_"

// Person returns the value of a change that names a user: the key and the current user_id. It
// returns "" for no user.
func Person(key, id string) string {
	if key == "" {
		return id
	}
	return key + " " + id
}

// ParsePerson returns the key and user_id of a value that names a user. Values older than
// version 1 may have no key.
func ParsePerson(value string) (key, id string) {
	if key, id, ok := strings.Cut(value, " "); ok && strings.HasPrefix(key, keyPrefix) {
		return key, id
	}
	return "", value
}

// personFields are the fields whose values name users. Add a field here before its first event
// is written: erasure finds mentions of users by this list.
var personFields = []string{"responsible", "manager", "asker"}

// NamesPerson reports whether the values of a field name users in the form of [Person].
func NamesPerson(field string) bool { return slices.Contains(personFields, field) }

// Mentions returns the keys of the users that changes name, each once.
func Mentions(all []Change) (keys []string) {
	for _, c := range all {
		if !NamesPerson(c.Field) {
			continue
		}
		for _, value := range []string{c.Old, c.New} {
			if key, _ := ParsePerson(value); key != "" && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

package audit

import (
	"slices"
	"strings"
)

// keyPrefix begins the key of every user.
const keyPrefix = "usr_"

// Person returns the value of a change that names a user: the key, and the user_id at that
// time. It returns an empty value for no user.
func Person(key, id string) string {
	if key == "" {
		return id
	}
	return key + " " + id
}

// ParsePerson returns the key and the user_id of a value that names a user. A value from
// before version 1 whose key could not be found is a user_id alone.
func ParsePerson(value string) (key, id string) {
	if key, id, ok := strings.Cut(value, " "); ok && strings.HasPrefix(key, keyPrefix) {
		return key, id
	}
	return "", value
}

// personFields are the fields whose values name a user. A field that does so is added here
// before the first event has it: erasure finds the users whom events mention by it.
var personFields = []string{"responsible", "asker"}

// NamesPerson reports whether the values of a field name a user, as [Person] writes them.
func NamesPerson(field string) bool { return slices.Contains(personFields, field) }

// Mentions returns the keys of the users whom changes name, each once.
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

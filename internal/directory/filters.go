package directory

import (
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// Values are the values of a filter with a comma between them; a user has one of them. A value
// with a comma in it stands in quotation marks. No value is any.
type Values string

// ValuesOf returns the values of a filter.
func ValuesOf(all ...string) Values {
	quoted := make([]string, len(all))
	for i, value := range all {
		if quoted[i] = value; strings.Contains(value, ",") {
			quoted[i] = `"` + value + `"`
		}
	}
	return Values(strings.Join(quoted, ","))
}

// All returns each value once, without quotation marks.
func (v Values) All() (all []string) {
	quoted := false
	comma := func(r rune) bool {
		quoted = quoted != (r == '"')
		return r == ',' && !quoted
	}
	for value := range strings.FieldsFuncSeq(string(v), comma) {
		if value = strings.TrimSpace(strings.ReplaceAll(value, `"`, ``)); value != "" && !slices.Contains(all, value) {
			all = append(all, value)
		}
	}
	return all
}

// A filterRule is how the values of a filter are understood.
type filterRule struct {
	name string
	hint string // the values that there are, for messages

	// add adds the values to t, or returns false if one is none of hint. One that was typed may
	// be the beginning of a value.
	add func(t *parsed, values Values, typed bool) bool
}

// filterRules are all filters, in the order of messages.
var filterRules = []filterRule{
	{"type", "person, service or system", func(t *parsed, v Values, typed bool) bool {
		return choose(&t.kind, Values(strings.ReplaceAll(string(v), "people", "person")), users.Kinds, typed)
	}},
	{"role", "user, auditor, admin or owner", func(t *parsed, v Values, typed bool) bool { return choose(&t.role, v, users.Roles, typed) }},
	{"status", "invited, active or deactivated", func(t *parsed, v Values, typed bool) bool { return choose(&t.status, v, users.Statuses, typed) }},
	{"department", "the name of a department", addNamed(byDepartment)},
	{"label", "a label", addNamed(byLabel)},
	{"manager", "the user ID or the whole name of a person", addNamed(byManager)},
	{"seen", spanHint + ", or never", func(t *parsed, v Values, typed bool) bool {
		unfinished := unfinishedSpan(string(v)) || v != "" && strings.HasPrefix(string(SeenNever), string(v)) && v != Values(SeenNever)
		return typed && unfinished || t.span(Span(v), bySeen)
	}},
	{"created", spanHint, func(t *parsed, v Values, typed bool) bool {
		return typed && unfinishedSpan(string(v)) || t.span(Span(v), byCreated)
	}},
	{"tokens", "ending, unused or known-left", func(t *parsed, v Values, typed bool) bool { return choose(&t.tokens, v, tokenViews, typed) }},
}

// ruleOf returns the rule of the filter with that name, nil if there is none.
func ruleOf(name string) *filterRule {
	i := slices.IndexFunc(filterRules, func(r filterRule) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	return &filterRules[i]
}

// filterList names all filters in a sentence.
func filterList() string {
	names := make([]string, len(filterRules))
	for i, rule := range filterRules {
		names[i] = rule.name + ":"
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// choose adds a filter that allows the values, or returns false if one is none of all. One that
// was typed may be the beginning of some of all.
func choose[T ~string](filters *[][]T, values Values, all []T, typed bool) bool {
	var allowed []T
	for _, value := range values.All() {
		n := len(allowed)
		for _, one := range all {
			if string(one) == value || typed && strings.HasPrefix(string(one), value) {
				allowed = append(allowed, one)
			}
		}
		if len(allowed) == n {
			return false
		}
	}
	if len(allowed) > 0 {
		*filters = append(*filters, allowed)
	}
	return true
}

// A namedFilter allows users whose department, label or manager has one of some names.
type namedFilter struct {
	by    attribute
	names []string
	typed bool // each name may be the beginning of one
}

// addNamed returns the rule that adds a [namedFilter].
func addNamed(by attribute) func(*parsed, Values, bool) bool {
	return func(t *parsed, v Values, typed bool) bool {
		if names := v.All(); len(names) > 0 {
			t.named = append(t.named, namedFilter{by, names, typed})
		}
		return true
	}
}

// TakeFilters separates the text of a search from the filters that were typed in it: those that
// are finished, understood, stand once and may be taken, by name. The others stay in the text.
func TakeFilters(text string, may func(name string) bool) (rest string, filters map[string]Values) {
	filters = map[string]Values{}
	var words []string
	for _, word := range users.SplitWords(text) {
		name, value, ok := users.ParseFilter(word.Text)
		_, again := filters[name]
		if ok && !word.Quoted && !again && may(name) {
			if values := finished(name, value, word.Text); values != "" {
				filters[name] = values
				continue
			}
		}
		if words = append(words, word.Text); word.Quoted {
			words[len(words)-1] = `"` + word.Text + `"`
		}
	}
	if len(filters) == 0 {
		return text, nil // as it was typed
	}
	return strings.Join(words, " "), filters
}

// finished returns the values of a filter that was typed, folded as value and as text, in full; none if it
// is unfinished or not understood.
func finished(name, value, text string) Values {
	t := parsed{now: time.Unix(0, 0), zone: time.UTC}
	rule := ruleOf(name)
	if rule == nil || !rule.add(&t, Values(value), true) {
		return ""
	}
	switch name {
	case "type":
		return joinValues(t.kind)
	case "role":
		return joinValues(t.role)
	case "status":
		return joinValues(t.status)
	case "tokens":
		return joinValues(t.tokens)
	case "seen", "created":
		if len(t.ranges) == 0 {
			return ""
		}
		return Values(value)
	}
	_, typed, _ := strings.Cut(text, ":")
	return ValuesOf(Values(typed).All()...)
}

// joinValues returns the values of the only filter of a text.
func joinValues[T ~string](filters [][]T) Values {
	var all []string
	for _, one := range filters {
		for _, value := range one {
			all = append(all, string(value))
		}
	}
	return ValuesOf(all...)
}

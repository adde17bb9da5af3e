package views

import "cmp"

// A Field is a labelled input of a form, as filled in.
type Field struct {
	Name, Label, Value string
	ID                 string // of the element, if a page has several fields of that name; derived from Name if empty
	Type               string // of the input; "text" if empty
	Hint               string // below the input
	Error              string // what is wrong with Value, shown between input and hint
	Placeholder        string
	Autocomplete       string // token of HTML's autocomplete for data of the viewer, like "name"; else empty
	Required           bool
	Either             bool // it or another field is required
	Spellcheck         bool
	Autofocus          bool      // takes the focus when its page or popover opens
	Conflict           *Conflict // someone else changed it meanwhile
	Suggest            string    // of a person field: the address that answers with [PersonOptions] as the text is typed
}

// A Conflict is a field that someone else changed while it was being edited.
type Conflict struct {
	Base   string // when the form was opened
	Theirs string // as it is stored now
	Yours  string // as it was sent
}

// A Choice is a field with a fixed set of values, shown as a select, or as radio buttons with
// a hint each.
type Choice struct {
	Field
	Options []Option
}

// An Option is one value of a [Choice], or one suggestion for a field.
type Option struct {
	Value, Label string
	Hint         string // what choosing it means; shown by a roleField alone
	Selected     bool
}

// A Check is a box to tick, which posts "on".
type Check struct {
	Name, Label string
	Checked     bool
}

// A Problem is an error in a form, for the summary above it. Field is the name of a field on
// the page; empty if the form as a whole is concerned.
type Problem struct{ Field, Message string }

// fieldID returns the element id of the field of that name.
func fieldID(name string) string { return "f-" + name }

// id returns the element id of f.
func (f Field) id() string { return cmp.Or(f.ID, fieldID(f.Name)) }

// withID returns f with another element id.
func (f Field) withID(id string) Field {
	f.ID = id
	return f
}

// SuggestionsID returns the element id of the list of people that the field of that name
// suggests. htmx targets that element.
func SuggestionsID(name string) string { return fieldID(name) + "-list" }

// suggestionsID returns the element id of the list of people that f suggests.
func (f Field) suggestionsID() string { return f.id() + "-list" }

// describedBy returns the ids of error, hint and conflict of f, for aria-describedby.
func (f Field) describedBy() string {
	var ids string
	for _, part := range []struct{ kind, text string }{{"error", f.Error}, {"hint", f.Hint}} {
		if part.text != "" {
			ids += " " + f.id() + "-" + part.kind
		}
	}
	if f.Conflict != nil {
		ids += " " + f.id() + "-conflict"
	}
	if ids == "" {
		return ""
	}
	return ids[1:]
}

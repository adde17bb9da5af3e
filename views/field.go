package views

// A Field is a labelled input of a form, as filled in.
type Field struct {
	Name, Label, Value string
	Type               string // of the input; "text" if empty
	Hint               string // below the input
	Error              string // what is wrong with Value; shown in place of nothing else
	Autocomplete       string // "off" if empty
	Placeholder        string
	Required           bool
	Spellcheck         bool
	MaxLength          int       // in characters; 0 for no limit
	Locked             string    // why it cannot be changed: Value is then shown as text
	Conflict           *Conflict // someone else changed it meanwhile
	Suggest            string    // of a person field: the address that answers with [PersonOptions] as the text is typed
}

// A Conflict is a field that someone else changed while it was being edited.
type Conflict struct {
	Base   string // when the form was opened
	Theirs string // as it is stored now
	Yours  string // as it was sent
}

// A Choice is a field with a fixed set of values, shown as a select.
type Choice struct {
	Field
	Options []Option
}

// An Option is one value of a [Choice], or one suggestion for a field.
type Option struct {
	Value, Label string
	Hint         string // what choosing it means; shown below the field
	Selected     bool
}

// A Check is a box to tick, which posts "on".
type Check struct {
	Name, Label, Hint string
	Checked           bool
	Locked            string // why it cannot be changed
}

// A Problem is one thing wrong with a form, for the summary above it. Field is
// the name of a field on the page; empty if it concerns the form as a whole.
type Problem struct{ Field, Message string }

// fieldID returns the element id of the field of that name.
func fieldID(name string) string { return "f-" + name }

// describedBy returns the ids of what explains f, for aria-describedby.
func (f Field) describedBy() string {
	var ids string
	for _, part := range []struct{ kind, text string }{{"error", f.Error}, {"hint", f.Hint}} {
		if part.text != "" {
			ids += " " + fieldID(f.Name) + "-" + part.kind
		}
	}
	if f.Conflict != nil {
		ids += " " + fieldID(f.Name) + "-conflict"
	}
	if ids == "" {
		return ""
	}
	return ids[1:]
}

// chosen returns the option that is selected, or the first if none is.
func (c Choice) chosen() Option {
	for _, o := range c.Options {
		if o.Selected {
			return o
		}
	}
	if len(c.Options) > 0 {
		return c.Options[0]
	}
	return Option{}
}

package words

// KeysTitle heads the list of the keys.
const KeysTitle = "Keyboard shortcuts"

// ChooseKeys says that the setting of single keys has no such value.
const ChooseKeys = "Choose on or off."

// A KeyOf is keys, each of which does the same, and what they do.
type KeyOf struct {
	Keys []string
	Does string
}

// Keys are the keys of the console, by where they work.
var Keys = []struct {
	Label string
	Keys  []KeyOf
}{
	{"Everywhere", []KeyOf{
		{[]string{"Ctrl K", "/"}, "Find a user, view or page, or do something"},
		{[]string{"?"}, "Show these shortcuts"},
	}},
	{FindOrDo, []KeyOf{
		{[]string{"↓", "↑"}, "Choose a result"},
		{[]string{"Enter"}, "Open it"},
		{[]string{"Ctrl Enter"}, "Open it in a new tab"},
		{[]string{"Esc"}, "Close"},
	}},
	{"Lists", []KeyOf{
		{[]string{"j"}, "Next row"},
		{[]string{"k"}, "Previous row"},
		{[]string{"Enter"}, "Open"},
		{[]string{"e"}, "Edit"},
		{[]string{"x"}, "Select or clear the row"},
		{[]string{"Shift X"}, "Select the rows up to this one"},
		{[]string{"n"}, AddMany},
		{[]string{"a"}, "Actions on the selected rows, or on this row"},
	}},
}

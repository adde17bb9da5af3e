package words

// Texts of the palette, and of the page that is the same without a script.
const (
	FindOrDo      = "Find or do"
	ViewsAndPages = "Views and pages"
	ViewNote      = "view"
	MyTokens      = "My tokens"
)

// Prepositions may stand between an act and a name: "end sessions of Ana".
var Prepositions = []string{"of", "for"}

// UsersFound heads the users that the palette shows.
func UsersFound(recent, close bool) string {
	switch {
	case recent:
		return "Recent"
	case close:
		return "Close matches"
	}
	return "Users"
}

// DoWith heads the acts on a user.
func DoWith(name string) string { return "Do with " + name }

// SavedViewNote says whose a saved view is.
func SavedViewNote(own bool) string {
	if own {
		return "your view"
	}
	return "shared view"
}

// NothingNamed says that nothing was found for a text.
func NothingNamed(text string) string {
	return "No user, view or page is called “" + Shorten(Plain(text), 60) + "”."
}

// Names of pages in the palette.
const (
	About       = "About"
	APIDocument = "API: guide and reference"

	AddMany      = "Add many people"
	BatchesPlace = "Batches"
)

package views

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/roboto-ai/console/internal/numbers"
)

// problemCount is the title of an error summary.
func problemCount(n int) string { return "Check " + numbers.Counted(n, "field", "fields") }

// revealsHidden reports whether a value shows an invisible character as its code point.
func revealsHidden(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return strings.Contains(c.Old+c.New, "⟨U+") })
}

// changeCount is the summary of the folded changes of an event.
func changeCount(changes []Change) string {
	n := 0
	for _, c := range changes {
		if !c.Fact {
			n++
		}
	}
	if n == 0 {
		return "Details"
	}
	return numbers.Counted(n, "change", "changes")
}

// alertIcon returns the icon that goes with the tone of an alert.
func alertIcon(tone string) string {
	switch tone {
	case "ok":
		return "circle-check"
	case "warn":
		return "triangle-alert"
	case "bad":
		return "circle-alert"
	}
	return "info"
}

// consequenceIcon returns the icon that goes with a kind of consequence.
func consequenceIcon(kind string) string {
	switch kind {
	case "ends":
		return "x"
	case "stays":
		return "check"
	case "changes":
		return "arrow-right"
	}
	return "triangle-alert"
}

// inPlace are the attributes of a link to another order or page of the list that it is in: htmx
// follows it in place.
var inPlace = templ.OrderedAttributes{{Key: "hx-boost", Value: "true"}}

// resultsAttributes are the attributes of a list, or of all around it, which its links in place
// inherit.
var resultsAttributes = templ.OrderedAttributes{
	{Key: "hx-target:inherited", Value: "#results"}, {Key: "hx-swap:inherited", Value: "outerHTML show:none"},
	{Key: "hx-sync:inherited", Value: "main:replace"}, {Key: "hx-indicator:inherited", Value: "#results"},
}

// attributes returns the attributes of an input besides name and value.
func (f Field) attributes() templ.Attributes {
	a := templ.Attributes{}
	set := func(name, value string, when bool) {
		if when {
			a[name] = value
		}
	}
	set("dir", "auto", f.Type == "" || f.Type == "text")
	set("placeholder", f.Placeholder, f.Placeholder != "")
	set("autocomplete", f.Autocomplete, f.Autocomplete != "")
	set("required", "required", f.Required)
	set("autofocus", "autofocus", f.Autofocus)
	set("spellcheck", "false", !f.Spellcheck)
	set("aria-invalid", "true", f.Error != "")
	set("aria-describedby", f.describedBy(), f.describedBy() != "")
	set("hx-get", string(templ.URL(f.Suggest)), f.Suggest != "")
	set("hx-target", "#"+f.suggestionsID(), f.Suggest != "")
	set("hx-trigger", "input delay:200ms", f.Suggest != "")
	set("hx-swap", "innerHTML", f.Suggest != "")
	set("hx-sync", "this:replace", f.Suggest != "")
	return a
}

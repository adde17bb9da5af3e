package views

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/roboto-ai/console/static"
)

// icon shows an icon of the sprite by its name, in the colour of the text around it and hidden from
// screen readers. It is no template, which takes five times as long: a page has fifty icons.
func icon(name string) templ.Component { return symbol(name) }

// A symbol is the name of an icon.
type symbol string

// use stands before the name of an icon. Names of files need no escaping.
var use = `<svg aria-hidden="true"><use href="` + static.URL("icons.svg") + "#"

// Render implements [templ.Component].
func (s symbol) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, use+templ.EscapeString(s)+`"></use></svg>`)
	return err
}

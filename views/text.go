package views

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// A text is a text of a page, escaped. In what a list repeats it stands for { … }, which formats
// each value with package fmt first: that takes longer than to escape it.
type text string

// Render implements [templ.Component].
func (t text) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, templ.EscapeString(t))
	return err
}

package views_test

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roboto-ai/console/static"
	"github.com/roboto-ai/console/views"
)

// TestIconsAreInTheSprite checks that each icon on the sample pages is a symbol of the
// sprite.
func TestIconsAreInTheSprite(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", static.URL("icons.svg"), nil))
	sprite, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	pages := samples()
	pages["_ui"] = pageOf(views.ComponentsPage, chrome("Components", ""))
	for name, page := range pages {
		for _, n := range elements(t, rendered(t, page(nil))) {
			if n.Data != "use" {
				continue
			}
			symbol, found := strings.CutPrefix(attribute(n, "href"), static.URL("icons.svg")+"#")
			if !found || !strings.Contains(string(sprite), `<symbol id="`+symbol+`"`) {
				t.Errorf("%s: %s is no symbol of the sprite", name, attribute(n, "href"))
			}
		}
	}
}

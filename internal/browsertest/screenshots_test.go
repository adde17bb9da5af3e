//go:build browser

package browsertest

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// screenshots is the folder of the README's screenshots.
const screenshots = "../../docs/screenshots"

var update = flag.Bool("update", false, "take the screenshots of the README again")

// pictured are the pages in the README, by the names of their screenshots.
var pictured = map[string]string{"directory": "/users", "detail": "/users/user@example.com"}

// TestScreenshots checks the screenshots of the README. With -update it takes them again.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	if *update {
		takeScreenshots(t)
	}
	for name := range pictured {
		for _, scheme := range []string{"light", "dark"} {
			data, err := os.ReadFile(filepath.Join(screenshots, name+"-"+scheme+".png"))
			if err != nil {
				t.Fatal(err)
			}
			picture, _, err := image.DecodeConfig(bytes.NewReader(data))
			if err != nil || picture.Width != 1366 || len(data) > 250<<10 {
				t.Errorf("%s, %s: got %d pixels wide and %d bytes: %v", name, scheme, picture.Width, len(data), err)
			}
		}
	}
}

// takeScreenshots takes the screenshots of the README.
func takeScreenshots(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(screenshots, 0o755); err != nil {
		t.Fatal(err)
	}
	b := startSite(t).visit(t)
	b.signIn("owner@example.com")
	for name, path := range pictured {
		b.open(path, http.StatusOK)
		for _, scheme := range []string{"light", "dark"} {
			b.look(1366, scheme, false)
			b.settle()
			data := ask(b, "take a picture", chromedp.CaptureScreenshot())
			if err := writeSmall(filepath.Join(screenshots, name+"-"+scheme+".png"), data); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// writeSmall writes a PNG with the best lossless compression.
func writeSmall(path string, data []byte) error {
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&small, picture); err != nil {
		return err
	}
	if small.Len() > len(data) {
		small = *bytes.NewBuffer(data)
	}
	return os.WriteFile(path, small.Bytes(), 0o644)
}

package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// drawing matches what is drawn inside the svg element of an icon.
var drawing = regexp.MustCompile(`(?s)<svg.*?>(.*)</svg>`)

// spriteHead opens a sprite, whose version of lucide-static it takes.
const spriteHead = `<!-- Made by static/vendoring from lucide-static %s; edit static/vendor.json instead. -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#000" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
`

// sprite returns an SVG file with a symbol for each of the icons of f, from the
// lucide-static package. Used as an image, it shows f.Image.
func sprite(f file, version string, pack map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, spriteHead, version)
	for _, name := range f.Icons {
		svg := drawing.FindSubmatch(pack["icons/"+name+".svg"])
		if svg == nil {
			return nil, fmt.Errorf("no icon %q in the package", name)
		}
		fmt.Fprintf(&out, `<symbol id="%s" viewBox="0 0 24 24">`, name)
		for line := range strings.Lines(string(svg[1])) {
			out.WriteString(strings.Replace(strings.TrimSpace(line), " />", "/>", 1))
		}
		out.WriteString("</symbol>\n")
	}
	fmt.Fprintf(&out, "<use href=\"#%s\"/>\n</svg>\n", f.Image)
	return out.Bytes(), nil
}

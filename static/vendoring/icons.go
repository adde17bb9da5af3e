package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// drawing matches what is drawn inside the svg element of an icon.
var drawing = regexp.MustCompile(`(?s)<svg.*?>(.*)</svg>`)

// sprite returns an SVG file with a symbol for each of the named icons of the
// lucide-static package.
func sprite(names []string, version string, pack map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!-- Made by static/vendoring from lucide-static %s; edit static/vendor.json instead. -->\n", version)
	out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">` + "\n")
	for _, name := range names {
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
	out.WriteString("</svg>\n")
	return out.Bytes(), nil
}

package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

const iconHead = `// Made by static/vendoring from lucide-static %s; edit static/vendor.json instead.

package views

// icon shows the icon of that name, in the colour of the text around it and
// hidden from screen readers. A name it does not know shows nothing.
templ icon(name string) {
	<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
		switch name {
`

// drawing finds what is drawn inside the svg element of an icon.
var drawing = regexp.MustCompile(`(?s)<svg.*?>(.*)</svg>`)

// iconTempl returns the source of a templ component that shows the named icons
// of the lucide-static package, formatted as `templ fmt` does.
func iconTempl(names []string, version string, pack map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, iconHead, version)
	for _, name := range names {
		svg := drawing.FindSubmatch(pack["icons/"+name+".svg"])
		if svg == nil {
			return nil, fmt.Errorf("no icon %q in the package", name)
		}
		fmt.Fprintf(&out, "\t\t\tcase %q:\n", name)
		for line := range strings.Lines(string(svg[1])) {
			if line = strings.TrimSpace(line); line != "" {
				fmt.Fprintf(&out, "\t\t\t\t%s\n", strings.Replace(line, " />", "></"+tag(line)+">", 1))
			}
		}
	}
	out.WriteString("\t\t}\n\t</svg>\n}\n")
	return out.Bytes(), nil
}

// tag returns the name of the element that line opens.
func tag(line string) string {
	return strings.TrimPrefix(strings.Fields(line)[0], "<")
}

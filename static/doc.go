// Package static serves the console's assets: its style sheet and script, htmx,
// the font and the icon of the browser's tab. They are embedded in the program
// and served under names that hold a hash of their content, so that browsers may
// keep them for ever.
//
// The sources of our own assets are in src; dist holds them minified, as
// `go generate ./static` makes them. What comes from others is in third_party
// with its licences; vendor.json lists it.
package static

//go:generate go tool esbuild src/console.css src/console.js --minify --outdir=dist --log-level=warning

// Package static serves the console's assets: style sheet, script, htmx, font, the sprite of
// icons and the favicon. They are embedded in the program and served under names with a hash
// of their content, so that browsers may cache them without asking again.
//
// The sources of our own assets are in src; dist holds them minified by `go generate
// ./static`. Vendored files are in third_party with their licences; vendor.json lists them.
package static

//go:generate go tool esbuild src/console.css src/console.js src/keys.js --minify --outdir=dist --log-level=warning

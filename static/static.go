// Package static serves the console's assets.
package static

// URL returns the address of an asset.
func URL(name string) string { return "/static/" + name }

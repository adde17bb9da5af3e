package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/roboto-ai/console/internal/accept"
)

// Prefix is where the assets are served.
const Prefix = "/static/"

//go:embed dist src/favicon.svg third_party/htmx/htmx.js third_party/inter/inter.woff2 third_party/lucide/icons.svg
var files embed.FS

// sources are the assets with their files. An asset comes after those that it refers to.
var sources = []struct{ name, file, contentType string }{
	{"favicon.svg", "src/favicon.svg", "image/svg+xml; charset=utf-8"},
	{"icons.svg", "third_party/lucide/icons.svg", "image/svg+xml; charset=utf-8"},
	{"inter.woff2", "third_party/inter/inter.woff2", "font/woff2"},
	{"htmx.js", "third_party/htmx/htmx.js", "text/javascript; charset=utf-8"},
	{"console.js", "dist/console.js", "text/javascript; charset=utf-8"},
	{"keys.js", "dist/keys.js", "text/javascript; charset=utf-8"},
	{"console.css", "dist/console.css", "text/css; charset=utf-8"},
}

// An asset is a file as it is served.
type asset struct {
	url         string
	contentType string
	plain       []byte
	gzipped     []byte // nil if compression saves too little
}

// An assetSet holds the assets by their name and by their address.
type assetSet struct{ byName, byURL map[string]asset }

// assets returns all assets, which are compressed once, when first needed.
var assets = sync.OnceValue(func() assetSet {
	set := assetSet{byName: make(map[string]asset), byURL: make(map[string]asset)}
	for _, s := range sources {
		content, err := files.ReadFile(s.file)
		if err != nil {
			panic(fmt.Sprintf("static: %v", err)) // it is embedded
		}
		for name, a := range set.byName {
			content = bytes.ReplaceAll(content, []byte(Prefix+name), []byte(a.url))
		}
		a := newAsset(s.name, s.contentType, content)
		set.byName[s.name], set.byURL[a.url] = a, a
	}
	return set
})

func newAsset(name, contentType string, content []byte) asset {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	return asset{
		url:         Prefix + strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:4]) + ext,
		contentType: contentType,
		plain:       content,
		gzipped:     compress(content),
	}
}

// compress returns content gzipped, or nil if that saves less than a tenth.
func compress(content []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(fmt.Sprintf("static: %v", err)) // the level is a constant
	}
	// Neither can fail: they write to memory.
	_, _ = w.Write(content)
	_ = w.Close()
	if out.Len() > len(content)*9/10 {
		return nil
	}
	return out.Bytes()
}

// URL returns the address of an asset, which has a hash of its content. It panics if there is
// no such asset.
func URL(name string) string {
	a, ok := assets().byName[name]
	if !ok {
		panic("static: no asset " + name)
	}
	return a.url
}

// Handler returns the handler of all addresses below [Prefix]. It answers GET and HEAD for the
// addresses that [URL] returns, compressed if the client accepts gzip, and 404 for all others.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	a, ok := assets().byURL[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	content := a.plain
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if a.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if accept.Coding(r.Header, "gzip") != "" {
			h.Set("Content-Encoding", "gzip")
			content = a.gzipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(content) // it fails if the client has disconnected
	}
}

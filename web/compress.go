package web

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// compression is the level of gzip: a twentieth smaller than the default, for a
// tenth of a millisecond a page. An export of a million users becomes an eighth as
// large, for a second and a half of another processor than that which reads them;
// the lowest level would save one second of it, and send a fifth more.
const compression = 7

// minCompressed is the size in bytes from which a response is compressed: about what
// one packet holds.
const minCompressed = 1024

// A compressor is a gzip writer. At this level each takes about a megabyte.
type compressor struct{ *gzip.Writer }

// newCompressor returns a compressor that writes to w.
func newCompressor(w io.Writer) *compressor {
	z, err := gzip.NewWriterLevel(w, compression)
	if err != nil {
		panic("web: " + err.Error()) // the level is a constant
	}
	return &compressor{z}
}

// compressors are those for buffered responses: one for each processor, nil until first
// used. A response waits for one, but never for a client while it has one.
var compressors = func() chan *compressor {
	all := make(chan *compressor, runtime.NumCPU())
	for range cap(all) {
		all <- nil
	}
	return all
}()

// compress returns body compressed by gzip.
func compress(body []byte) []byte {
	z := <-compressors
	defer func() { compressors <- z }()
	var out bytes.Buffer
	out.Grow(len(body)/6 + 512)
	if z == nil {
		z = newCompressor(&out)
	} else {
		z.Reset(&out)
	}
	_, _ = z.Write(body) // neither fails: they write to memory
	_ = z.Close()
	return out.Bytes()
}

// acceptsGzip reports whether the client accepts gzip (RFC 9110 section 12.5.3).
func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.ToLower(coding), ";")
		if name = strings.TrimSpace(name); name != "gzip" && name != "*" {
			continue
		}
		q, ok := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		return !ok || strings.Trim(q, "0.") != ""
	}
	return false
}

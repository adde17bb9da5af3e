package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// filler returns a reader of n bytes, which are generated.
func filler(n int) io.Reader { return io.LimitReader(endless{}, int64(n)) }

// endless is a reader of one letter without end.
type endless struct{}

// Read implements [io.Reader].
func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A huge is a request that is too large.
type huge struct {
	head string // the header, without the empty line
	body func() io.Reader
	want int
}

// hugeRequests returns requests that are too large in some way, with bodies and headers of the
// given sizes in bytes.
func hugeRequests(body, header int) map[string]huge {
	form := "POST /theme HTTP/1.1\r\nHost: console.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	fields := strings.Repeat("theme=dark&", 500)
	deep := strings.Repeat("[", body/2) + strings.Repeat("]", body/2)
	of := func(text string) func() io.Reader {
		sent := []byte(text) // allocated once: it does not count as memory of the server
		return func() io.Reader { return bytes.NewReader(sent) }
	}
	return map[string]huge{
		"a body": {form + fmt.Sprintf("Content-Length: %d\r\n", body), func() io.Reader { return filler(body) }, http.StatusRequestEntityTooLarge},
		"a body of unknown length": {form + "Transfer-Encoding: chunked\r\n", func() io.Reader {
			return io.MultiReader(strings.NewReader(fmt.Sprintf("%x\r\n", body)), filler(body), strings.NewReader("\r\n0\r\n\r\n"))
		}, http.StatusBadRequest},
		"a header":     {form + "X-Large: " + strings.Repeat("x", header) + "\r\nContent-Length: 0\r\n", of(""), http.StatusRequestHeaderFieldsTooLarge},
		"headers":      {form + strings.Repeat("X-Many: "+strings.Repeat("x", 1000)+"\r\n", header/1000) + "Content-Length: 0\r\n", of(""), http.StatusRequestHeaderFieldsTooLarge},
		"an address":   {"GET /sign-in?" + strings.Repeat("x", header) + " HTTP/1.1\r\nHost: console.example.com\r\n", of(""), http.StatusRequestHeaderFieldsTooLarge},
		"fields":       {form + fmt.Sprintf("Content-Length: %d\r\n", len(fields)), of(fields), http.StatusBadRequest},
		"depth":        {strings.Replace(form, "x-www-form-urlencoded", "json", 1) + fmt.Sprintf("Content-Length: %d\r\n", len(deep)), of(deep), http.StatusRequestEntityTooLarge},
		"shallow JSON": {strings.Replace(form, "x-www-form-urlencoded", "json", 1) + "Content-Length: 8\r\n", of("[[[[]]]]"), http.StatusBadRequest},
	}
}

// TestOversizeRequests sends too large requests, many at once. Each is refused with its status,
// other requests are answered meanwhile, and the server does not buffer what is sent. It is not
// parallel: it measures the allocations of the process.
func TestOversizeRequests(t *testing.T) {
	body, header, times := 2<<20, 128<<10, 4
	if fullSize() {
		body, header, times = 10<<20, 1<<20, 50
	}
	for name, h := range hugeRequests(body, header) {
		t.Run(name, func(t *testing.T) {
			r := startServe(t) // a new one: connections of the previous one may still count
			defer func() {
				r.stop()
				if err := <-r.done; err != nil {
					t.Error(err)
				}
			}()
			address := r.address(t)
			get(t, "http://"+address+"/sign-in") // allocates what is allocated once
			head := []byte(h.head + "\r\n")
			before := allocated()
			var all sync.WaitGroup
			for range times {
				all.Go(func() {
					if got, err := h.send(t, address, head); err != nil || got != h.want {
						t.Errorf("got status %d and error %v, want %d", got, err, h.want)
					}
				})
			}
			if status, _ := get(t, "http://"+address+"/sign-in"); status != http.StatusOK {
				t.Errorf("the page meanwhile: got status %d", status)
			}
			all.Wait()
			if grew := allocated() - before; grew > uint64(times)*(1<<20)+8<<20 {
				t.Errorf("%d requests took %d bytes", times, grew)
			}
		})
	}
}

// allocated returns how many bytes the process has allocated in total.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// send sends the request as far as the server reads it, and returns the status of the response.
func (h huge) send(t *testing.T, address string, head []byte) (int, error) {
	conn := dial(t, address)
	defer conn.Close()
	go func() { // fails when the server closes the connection
		_, _ = io.Copy(conn, io.MultiReader(bytes.NewReader(head), h.body()))
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return res.StatusCode, nil
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// A wire is one connection that stays open. It speaks as much HTTP/1.1 as Go's
// server answers with, and spends next to nothing on it: the client shares the
// machine with what it measures.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

// slowest is how long one answer may take before the run is given up.
const slowest = 60 * time.Second

// dial opens a connection to host:port.
func dial(ctx context.Context, address string) (*wire, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &wire{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

// Close ends the connection.
func (w *wire) Close() error { return w.conn.Close() }

// do sends a request and reads the whole answer. It returns an error unless the
// answer has the status that is wanted.
func (w *wire) do(request []byte, want int) error {
	if err := w.conn.SetDeadline(time.Now().Add(slowest)); err != nil {
		return err
	}
	if _, err := w.conn.Write(request); err != nil {
		return err
	}
	status, err := w.status()
	if err != nil {
		return err
	}
	length, err := w.headers()
	if err != nil {
		return err
	}
	if length < 0 {
		err = w.skipChunks()
	} else {
		_, err = w.in.Discard(length)
	}
	if err == nil && status != want {
		line, _, _ := bytes.Cut(request, []byte(" HTTP/"))
		err = fmt.Errorf("%s answers %d, not %d", line, status, want)
	}
	return err
}

// status reads the status line.
func (w *wire) status() (int, error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < len("HTTP/1.1 200") {
		return 0, fmt.Errorf("an answer begins with %q", line)
	}
	return strconv.Atoi(string(line[9:12]))
}

// headers reads the headers and returns the length of the body, -1 if it comes in
// chunks.
func (w *wire) headers() (int, error) {
	length := 0
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return length, nil
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			length = -1
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		}
	}
}

// skipChunks reads a body that comes in chunks.
func (w *wire) skipChunks() error {
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32)
		if err != nil {
			return errors.New("a chunk without a length")
		}
		if _, err := w.in.Discard(int(size) + len("\r\n")); err != nil || size == 0 {
			return err
		}
	}
}

// getRequest returns what a browser sends to open a page.
func getRequest(host, path, cookie string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n" +
		"User-Agent: console-bench\r\nCookie: " + cookie + "\r\n\r\n")
}

// postRequest returns what a browser sends to post a form.
func postRequest(host, path, cookie, form string) []byte {
	return []byte(strings.Join([]string{
		"POST " + path + " HTTP/1.1", "Host: " + host, "Accept: text/html", "Accept-Encoding: gzip", "User-Agent: console-bench",
		"Cookie: " + cookie, "Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded",
		"Content-Length: " + strconv.Itoa(len(form)), "", form,
	}, "\r\n"))
}

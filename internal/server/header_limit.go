package server

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// Limits on the header bytes that are read before a handler is called.
const (
	maxHeaders  = 8 << 20 // of all connections together
	freeHeaders = 4 << 10 // of one connection, which are never refused
)

var errHeaders = errors.New("too much memory in use by request headers")

// A headerLimit limits how many bytes a server holds of requests that have not reached a
// handler. One connection may send a large header, but not all of them at once: above max,
// connections with more than freeHeaders bytes are closed.
type headerLimit struct {
	max    int64 // 0: maxHeaders
	bytes  atomic.Int64
	closed func(reason string)
}

// A headerListener counts the bytes that its connections read.
type headerListener struct {
	net.Listener
	limit *headerLimit
}

// Accept implements [net.Listener].
func (l headerListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &headerConn{Conn: c, limit: l.limit}, nil
}

// A headerConn counts the bytes it reads, except while a handler has its request.
type headerConn struct {
	net.Conn
	limit *headerLimit

	mu      sync.Mutex
	bytes   int64 // counted now
	handled bool  // a handler has the request
}

// Read implements [net.Conn]. It returns errHeaders above the limit.
func (c *headerConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.handled {
		return n, err
	}
	c.bytes += int64(n)
	if c.limit.bytes.Add(int64(n)) > cmp.Or(c.limit.max, maxHeaders) && c.bytes > freeHeaders {
		c.limit.closed(closedHeader)
		return 0, errHeaders
	}
	return n, err
}

// Close implements [net.Conn].
func (c *headerConn) Close() error {
	c.setHandled(true)
	return c.Conn.Close()
}

// setHandled resets the count and says whether a handler has the request from now on.
func (c *headerConn) setHandled(handled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit.bytes.Add(-c.bytes)
	c.bytes, c.handled = 0, handled
}

// setHandled calls [headerConn.setHandled] if c is a headerConn, over TLS or not.
func setHandled(c net.Conn, handled bool) {
	if encrypted, ok := c.(*tls.Conn); ok {
		c = encrypted.NetConn()
	}
	if counted, ok := c.(*headerConn); ok {
		counted.setHandled(handled)
	}
}

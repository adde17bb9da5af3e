package main

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// Limits of what is read from connections before a handler has their request.
const (
	maxHeads  = 8 << 20 // bytes of all connections
	smallHead = 4 << 10 // bytes of one, which it may always have
)

var errHeads = errors.New("too much memory in use by headers of requests")

// A heads limits how many bytes the connections of a server have sent of requests that no
// handler has yet: each may have a large header, but not all at once. Beyond maxHeads
// those with more than smallHead are closed.
type heads struct {
	max    int64 // zero: maxHeads
	bytes  atomic.Int64
	closed func(why string)
}

// A headListener counts what its connections read.
type headListener struct {
	net.Listener
	heads *heads
}

// Accept implements [net.Listener].
func (l headListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &headConn{Conn: c, heads: l.heads}, nil
}

// A headConn counts what it reads while no handler has a request of it.
type headConn struct {
	net.Conn
	heads *heads

	mu    sync.Mutex
	bytes int64 // counted now
	busy  bool  // a handler has a request
}

// Read implements [net.Conn]. It returns errHeads once too much has been read.
func (c *headConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy {
		return n, err
	}
	c.bytes += int64(n)
	if c.heads.bytes.Add(int64(n)) > cmp.Or(c.heads.max, maxHeads) && c.bytes > smallHead {
		c.heads.closed(closedHeader)
		return 0, errHeads
	}
	return n, err
}

// Close implements [net.Conn].
func (c *headConn) Close() error {
	c.counts(false)
	return c.Conn.Close()
}

// counts begins to count anew, or ends it.
func (c *headConn) counts(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heads.bytes.Add(-c.bytes)
	c.bytes, c.busy = 0, !on
}

// countHead has the connection of a request counted, or not. It may be one that never is.
func countHead(c net.Conn, on bool) {
	if encrypted, ok := c.(*tls.Conn); ok {
		c = encrypted.NetConn()
	}
	if counted, ok := c.(*headConn); ok {
		counted.counts(on)
	}
}

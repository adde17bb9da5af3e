package server

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestHeadersHeldBack sends large headers without their end. Above the limit of all
// together, those that send more are closed, and a request with a usual header is answered.
func TestHeadersHeldBack(t *testing.T) {
	t.Parallel()
	listener, closed := reserve(t), make(chan string, 100)
	address := listener.Addr().String()
	limit := &ConnLimit{Max: 100, Closed: func(reason string) { closed <- reason }, headers: headerLimit{max: 64 << 10}}
	stop := serve(t, Server{Listener: limit.Listen(listener), Handler: http.NotFoundHandler(), Limit: limit})
	begin := "GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("x", 15<<10)
	var conns []net.Conn
	for range 10 {
		conn := dial(t, address)
		_, _ = io.WriteString(conn, begin) // it may be closed before all is sent
		conns = append(conns, conn)
	}
	if reason := <-closed; reason != closedHeader {
		t.Errorf("closed as %s", reason)
	}
	if status, _ := get(t, "http://"+address+"/"); status != http.StatusNotFound {
		t.Errorf("got status %d", status)
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	stop()
	if n := limit.headers.bytes.Load(); n != 0 {
		t.Errorf("%d bytes are counted at the end", n)
	}
}

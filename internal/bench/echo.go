package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// startEcho starts a server that answers GET /N with N bytes from memory, with Echo and
// nothing around it, until ctx is done. It returns the address.
func startEcho(ctx context.Context) (address string, err error) {
	var cached sync.Map
	e := echo.New()
	e.GET("/:size", func(c echo.Context) error {
		size, err := strconv.Atoi(c.Param("size"))
		if err != nil {
			return echo.ErrNotFound
		}
		page, ok := cached.Load(size)
		if !ok {
			page, _ = cached.LoadOrStore(size, bytes.Repeat([]byte("x"), size))
		}
		return c.HTMLBlob(http.StatusOK, page.([]byte))
	})
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := http.Server{Handler: e, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			logf("The bare Echo server failed: %v", err)
		}
	}()
	return l.Addr().String(), nil
}

package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// bareVariable is the environment variable with which the bench starts itself as
// the bare server. It holds the address to listen on.
const bareVariable = "CONSOLE_BENCH_BARE"

// serveBare answers GET /N with N bytes from memory, with Echo and nothing around
// it, until ctx is done.
func serveBare(ctx context.Context, address string) error {
	var kept sync.Map
	e := echo.New()
	e.GET("/:size", func(c echo.Context) error {
		size, err := strconv.Atoi(c.Param("size"))
		if err != nil || size < 0 || size > 10<<20 {
			return echo.ErrNotFound
		}
		page, ok := kept.Load(size)
		if !ok {
			page, _ = kept.LoadOrStore(size, bytes.Repeat([]byte("x"), size))
		}
		return c.HTMLBlob(http.StatusOK, page.([]byte))
	})
	server := http.Server{Addr: address, Handler: e, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// startBare starts this program again, as the bare server.
func startBare(ctx context.Context) (*site, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	p, err := start(ctx, address, "/1", self, []string{bareVariable + "=" + address})
	if err != nil {
		return nil, err
	}
	return &site{process: p, cookie: "session=none"}, nil
}

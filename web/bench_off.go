//go:build !bench

package web

import "github.com/labstack/echo/v4"

// bench adds no route: only the program that make bench builds has the one of the bench.
func (a *App) bench(*echo.Echo) {}

//go:build !bench

package api

// benchRoutes returns no routes: only the program that make bench builds has them.
func (h *Handler) benchRoutes() []route { return nil }

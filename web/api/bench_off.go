//go:build !bench

package api

// benchRoutes has no routes, save in the program that make bench builds.
func (h *Handler) benchRoutes() []route { return nil }

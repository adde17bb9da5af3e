package api

import (
	_ "embed"
	"net/http"
)

// Document is the OpenAPI 3.1 document of the API, as it is served at /v1/openapi.json.
//
//go:embed openapi.json
var Document []byte

// documentRoutes are the calls that describe the API.
func (h *Handler) documentRoutes() []route {
	return []route{
		{Method: http.MethodGet, Pattern: "/.well-known/roboto.json", Scope: noToken, handle: discover},
		{Method: http.MethodGet, Pattern: "/v1/openapi.json", Scope: noToken, handle: readDocument},
	}
}

// discover serves GET /.well-known/roboto.json: the base URLs of services by name, without an
// envelope.
func discover(c *call) (any, error) {
	c.sendUnwrapped(map[string]string{"credential_requests.v1": c.h.baseURL})
	return nil, nil
}

// readDocument serves GET /v1/openapi.json.
func readDocument(c *call) (any, error) {
	c.answered = true
	c.w.Header().Set("Content-Type", "application/json")
	_, _ = c.w.Write(Document) // the frame handles errors
	return nil, nil
}

// sendUnwrapped answers with v, without an envelope.
func (c *call) sendUnwrapped(v any) {
	c.answered = true
	c.h.write(c.w, http.StatusOK, v)
}

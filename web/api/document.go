package api

import _ "embed"

// Document is the OpenAPI 3.1 document of the API, as it is served at /v1/openapi.json.
//
//go:embed openapi.json
var Document []byte

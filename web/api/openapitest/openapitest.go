// Package openapitest compares the requests and answers of tests with the OpenAPI document
// of the API.
package openapitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/roboto-ai/console/web/api"
)

// A document is the OpenAPI document with the router of its paths.
type document struct {
	*openapi3.T
	routers.Router
}

// load parses and validates the document, once for all tests.
var load = sync.OnceValues(func() (document, error) {
	openapi3filter.RegisterBodyDecoder("application/jsonl", text)
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(api.Document)
	if err != nil {
		return document{}, err
	}
	if err := doc.Validate(loader.Context); err != nil {
		return document{}, err
	}
	router, err := gorillamux.NewRouter(doc)
	return document{doc, router}, err
})

// text decodes a body as a string.
func text(r io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
	b, err := io.ReadAll(r)
	return string(b), err
}

// Operations returns the operations of the document by method and path, such as
// "GET /v1/users/id/{user_id}", sorted. The test fails if the document is not valid.
func Operations(tb testing.TB) []string {
	tb.Helper()
	doc, err := load()
	if err != nil {
		tb.Fatalf("the OpenAPI document: %v", err)
	}
	var all []string
	for path, item := range doc.Paths.Map() {
		for method := range maps.Keys(item.Operations()) {
			all = append(all, method+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

// A Need is what an operation requires of the caller.
type Need struct {
	Token bool
	Scope string // of the token; may be empty
}

// Needs returns what the operations of the document require, by their names in [Operations].
func Needs(tb testing.TB) map[string]Need {
	tb.Helper()
	doc, err := load()
	if err != nil {
		tb.Fatalf("the OpenAPI document: %v", err)
	}
	all := map[string]Need{}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			scope, _ := operation.Extensions["x-scope"].(string)
			all[method+" "+path] = Need{operation.Security == nil || len(*operation.Security) > 0, scope}
		}
	}
	return all
}

// A transport compares the requests and answers of another one with the document.
type transport struct {
	tb   testing.TB
	next http.RoundTripper
	doc  document
}

// Transport wraps next, [http.DefaultTransport] if that is nil, and compares requests below /v1 and
// their answers with the document. The test fails if an answer does not match it, or if a
// request that does not match it succeeds.
func Transport(tb testing.TB, next http.RoundTripper) http.RoundTripper {
	tb.Helper()
	doc, err := load()
	if err != nil {
		tb.Fatalf("the OpenAPI document: %v", err)
	}
	if next == nil {
		next = http.DefaultTransport
	}
	return &transport{tb, next, doc}
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := drain(&r.Body)
	if err != nil {
		return nil, err
	}
	copied := r.Clone(r.Context())
	answer, err := t.next.RoundTrip(r)
	if err != nil || !isAPI(copied.URL.Path) || r.Method == http.MethodHead { // HEAD is GET without a body
		return answer, err
	}
	got, err := drain(&answer.Body)
	if err != nil {
		return nil, err
	}
	if err := t.doc.Compare(copied, sent, answer, got); err != nil {
		t.tb.Errorf("the answer of %s %s, %s, does not match the OpenAPI document: %v", r.Method, r.URL, answer.Status, err)
	}
	return answer, nil
}

// isAPI reports whether a path belongs to the API.
func isAPI(path string) bool {
	path = "/" + strings.TrimLeft(path, "/")
	return strings.HasPrefix(path, "/v1/") || path == "/.well-known/roboto.json"
}

// drain reads a body and replaces it with a copy.
func drain(body *io.ReadCloser) ([]byte, error) {
	if *body == nil || *body == http.NoBody {
		return nil, nil
	}
	read, err := io.ReadAll(*body)
	_ = (*body).Close()
	*body = io.NopCloser(bytes.NewReader(read))
	return read, err
}

// options are those of the comparison.
var options = &openapi3filter.Options{
	AuthenticationFunc:                openapi3filter.NoopAuthenticationFunc,
	IncludeResponseStatus:             true,
	RejectWhenRequestBodyNotSpecified: true,
	SkipSettingDefaults:               true,
}

// Compare returns how an exchange differs from the document.
func (d document) Compare(r *http.Request, sent []byte, answer *http.Response, got []byte) error {
	r.URL.Path = "/" + strings.TrimLeft(r.URL.Path, "/")
	if r.URL.RawPath != "" {
		r.URL.RawPath = "/" + strings.TrimLeft(r.URL.RawPath, "/")
	}
	route, params, err := d.FindRoute(r)
	if err != nil {
		return d.compareError(answer, got)
	}
	if sent != nil {
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil && answer.StatusCode < http.StatusBadRequest {
		return errors.Join(errors.New("the request succeeded, but should not"), err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		if err := d.compareError(answer, got); err != nil {
			return err
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: answer.StatusCode, Header: answer.Header, Options: options}
	out.SetBodyBytes(got)
	return openapi3filter.ValidateResponse(r.Context(), out)
}

// compareError returns how the answer to a path or method that the document does not have
// differs from an error.
func (d document) compareError(answer *http.Response, got []byte) error {
	if answer.StatusCode < http.StatusBadRequest {
		return errors.New("the document has no such operation")
	}
	if answer.Request != nil && answer.Request.Method == http.MethodHead {
		return nil
	}
	var v any
	if err := json.Unmarshal(got, &v); err != nil {
		return err
	}
	return d.Components.Schemas["Error"].Value.VisitJSON(v, openapi3.EnableJSONSchema2020())
}

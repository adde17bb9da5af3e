package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// An answer is what a client received.
type answer struct {
	status int
	header http.Header
	body   string
	what   string // the request
}

// ok fails the test unless the answer has status 200, and returns its data.
func (a answer) ok(t testing.TB) any {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != http.StatusOK {
		t.Fatalf("%s: got status %d and %s, want 200", a.what, a.status, a.body)
	}
	if a.header.Get("Content-Type") != "application/json" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: got headers %v", a.what, a.header)
	}
	return got["data"]
}

// record returns the data of the answer, which is a record.
func (a answer) record(t testing.TB) map[string]any {
	t.Helper()
	record, ok := a.ok(t).(map[string]any)
	if !ok {
		t.Fatalf("%s: got %s, want a record", a.what, a.body)
	}
	return record
}

// list returns the data of the answer, which is a list.
func (a answer) list(t testing.TB) []any {
	t.Helper()
	list, ok := a.ok(t).([]any)
	if !ok {
		t.Fatalf("%s: got %s, want a list", a.what, a.body)
	}
	return list
}

// codes are the error codes, by their beginnings.
var codes = map[int]string{
	400: "InvalidRequest", 401: "Unauthorized", 403: "Unauthorized", 404: "NotFound", 405: "NotImplemented", 409: "Conflict", 412: "Conflict",
	413: "InvalidRequest", 422: "InvalidRequest", 429: "LimitExceeded", 501: "NotImplemented", 503: "Internal",
}

// fails fails the test unless the answer is an error with that status, in the form that the SDK
// reads, and returns its message.
func (a answer) fails(t testing.TB, status int) string {
	t.Helper()
	var got struct {
		Error     map[string]string `json:"error"`
		RequestID string            `json:"request_id"`
	}
	decoder := json.NewDecoder(strings.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		t.Fatalf("%s: %v in %d %q", a.what, err, a.status, a.body)
	}
	want := "Roboto" + codes[status] + "Exception"
	if a.status != status || got.Error["error_code"] != want || got.Error["message"] == "" || len(got.Error) != 2 {
		t.Errorf("%s: got status %d and %v, want %d and %s", a.what, a.status, got.Error, status, want)
	}
	if got.RequestID == "" || got.RequestID != a.header.Get("X-Request-Id") || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: got request_id %q and headers %v", a.what, got.RequestID, a.header)
	}
	return got.Error["message"]
}

package api

import (
	"encoding/json"
	"net/http"
)

// A success is the body of an answer with a record. The SDK ignores other keys.
type success struct {
	Data any `json:"data"`
}

// A failure is the body of an answer with an error. The SDK raises TypeError at any further
// key inside of error, so the request id stands beside it.
type failure struct {
	Error     failureDetail `json:"error"`
	RequestID string        `json:"request_id"`
}

type failureDetail struct {
	Code    string `json:"error_code"`
	Message string `json:"message"`
}

// Write answers with a record in the envelope of the SDK. Data is nil for calls whose answer
// has none.
func (h *Handler) Write(w http.ResponseWriter, status int, data any) {
	h.write(w, status, success{data})
}

// write answers with v as JSON.
func (h *Handler) write(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // a type of ours that JSON does not have
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone, or the memory is spent, which the frame answers
}

package api

import (
	"encoding/json"
	"net/http"
)

// A success is the body of a successful answer. The SDK ignores further keys.
type success struct {
	Data any `json:"data"`
}

// A failure is the body of an answer with an error. The SDK raises TypeError for further keys
// in error, so the request ID stands beside it.
type failure struct {
	Error     failureDetail `json:"error"`
	RequestID string        `json:"request_id"`
}

type failureDetail struct {
	Code    string `json:"error_code"`
	Message string `json:"message"`
}

// Write answers with data in the envelope of the SDK. Data may be nil.
func (h *Handler) Write(w http.ResponseWriter, status int, data any) {
	h.write(w, status, success{data})
}

// write answers with v as JSON.
func (h *Handler) write(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // all types here can be encoded
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the frame handles errors
}

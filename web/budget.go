package web

import (
	"net/http"
	"sync/atomic"

	"github.com/roboto-ai/console/web/httperror"
)

// Limits of the memory that clients decide about. Each is per console.
const (
	budgetSize  = 32 << 20 // bytes of request bodies and buffered responses together
	maxRequests = 2048     // at once
	freeBytes   = 4 << 10  // of each request, so that redirects and health checks are always answered
	largeHold   = 256 << 10
)

// A budget limits how many bytes all requests hold together. Its methods may be called
// from several goroutines at once.
type budget struct {
	size     int64
	used     atomic.Int64
	requests atomic.Int64
	refused  func(what string) // is called for each refusal, with what did not fit
}

// What a budget refuses, as [Watch.OverBudget] gets it.
const (
	budgetBody     = "body"
	budgetResponse = "response"
	budgetRequest  = "request"
	budgetWorker   = "worker" // none was free in time
)

// A reservation is the part of a budget that one request holds. It is used by one goroutine.
type reservation struct {
	budget *budget
	bytes  int64
}

// begin returns the reservation of a new request. It returns httperror.ErrBusy if maxRequests are
// being served.
func (b *budget) begin() (*reservation, error) {
	if b.requests.Add(1) > maxRequests {
		b.requests.Add(-1)
		b.refused(budgetRequest)
		return nil, httperror.ErrBusy
	}
	return &reservation{budget: b}, nil
}

// resize makes h hold n bytes, of which the first freeBytes do not count. To grow it
// needs that all requests together use no more than share of the budget, else it
// returns httperror.ErrBusy and h stays as it was.
func (h *reservation) resize(n int, share float64) error {
	want := max(int64(n)-freeBytes, 0)
	more := want - h.bytes
	if more > 0 {
		if used := h.budget.used.Add(more); used > int64(share*float64(h.budget.size)) {
			h.budget.used.Add(-more)
			return httperror.ErrBusy
		}
	} else {
		h.budget.used.Add(more)
	}
	h.bytes = want
	return nil
}

// headBytes returns about how many bytes the head of a request holds.
func headBytes(r *http.Request) int {
	n := len(r.RequestURI)
	for name, values := range r.Header {
		for _, value := range values {
			n += len(name) + len(value)
		}
	}
	return n
}

// end gives back all that h holds.
func (h *reservation) end() {
	h.budget.used.Add(-h.bytes)
	h.budget.requests.Add(-1)
	h.bytes = 0
}

// Shares of the budget. What is left of it serves those who ask for less, or who are
// signed in.
const (
	strangerBodies = 0.5  // bodies of clients without a session
	allBodies      = 0.75 // bodies of anyone
	largeHeads     = 0.25 // heads of requests, of more than freeBytes
	largeResponses = 0.5  // responses of more than largeHold bytes
	allResponses   = 1.0
)

// responseShare returns the share of the budget that a response of n bytes may use.
func responseShare(n int) float64 {
	if n > largeHold {
		return largeResponses
	}
	return allResponses
}

// MemoryHeld returns how many bytes of request bodies and buffered responses are
// counted against the budget at the moment.
func (a *App) MemoryHeld() int64 { return a.budget.used.Load() }

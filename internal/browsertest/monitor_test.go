//go:build browser

package browsertest

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// reportViolations logs violations of the content security policy as errors.
const reportViolations = `addEventListener("securitypolicyviolation", (event) => {
  console.error("forbidden by " + event.violatedDirective + ": " + event.blockedURI);
});`

// A monitor receives the events of a tab. It fails the test if an error is reported, or a request
// is sent to another host.
type monitor struct {
	hosts []string

	mu      sync.Mutex
	faults  []string
	kinds   map[network.RequestID]network.ResourceType // of the requests so far
	waiting map[network.RequestID]cdp.LoaderID         // requests without a complete response, with their pages
	cached  map[network.RequestID]bool                 // requests that the browser's memory has answered
	bytes   float64                                    // of the responses so far
	headers float64                                    // bytes of their headers

	status map[cdp.LoaderID]int // of the pages so far
	shown  cdp.LoaderID         // the page that is shown
	loaded cdp.LoaderID         // the page that was last complete
}

// newMonitor returns a monitor that reports its faults when the test ends.
func newMonitor(t *testing.T, s site) *monitor {
	w := &monitor{
		hosts:   []string{strings.TrimPrefix(s.console, "http://"), strings.TrimPrefix(s.provider, "http://")},
		kinds:   map[network.RequestID]network.ResourceType{},
		waiting: map[network.RequestID]cdp.LoaderID{}, cached: map[network.RequestID]bool{},
		status: map[cdp.LoaderID]int{},
	}
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, fault := range w.faults {
			t.Error(fault)
		}
	})
	return w
}

// note records a fault.
func (w *monitor) note(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// start is the action that turns on events that are off by default.
func (w *monitor) start(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	if _, err := cdp.Call(ctx, t, audits.Enable, cdp.Empty{}); err != nil {
		return chromedp.Void{}, err
	}
	_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: reportViolations})
	return chromedp.Void{}, err
}

// event handles an event of the browser.
func (w *monitor) event(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.request(e)
	case *network.EventRequestServedFromCache:
		w.cached[e.RequestID] = true
	case *network.EventResponseReceived:
		if !w.cached[e.RequestID] && !e.Response.FromDiskCache { // of which it has the length of the whole
			w.headers += e.Response.EncodedDataLength
		}
		if e.Type == network.ResourceTypeDocument {
			w.status[e.LoaderID] = int(e.Response.Status)
		}
	case *page.EventFrameNavigated:
		w.shown = e.Frame.LoaderID
		maps.DeleteFunc(w.waiting, func(_ network.RequestID, of cdp.LoaderID) bool { return of != w.shown })
	case *page.EventLifecycleEvent:
		if e.Name == "load" {
			w.loaded = e.LoaderID
		}
	case *network.EventLoadingFinished:
		delete(w.waiting, e.RequestID)
		w.bytes += e.EncodedDataLength
	case *network.EventLoadingFailed:
		delete(w.waiting, e.RequestID)
	case *runtime.EventExceptionThrown:
		w.note("a script failed: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		blocked := strings.Contains(string(e.Args[0].Value), "htmx:error: ") // of what the test blocks
		if slices.Contains([]runtime.ConsoleAPICalledType{"error", "warning", "assert"}, e.Type) && !blocked {
			w.note("a script reported: %s", e.Args[0].Value)
		}
	case *log.EventEntryAdded:
		w.entry(e.Entry)
	case *audits.EventIssueAdded:
		w.issue(e.Issue)
	}
}

// current returns which page is shown, whether it is complete, and its status.
func (w *monitor) current() (shown cdp.LoaderID, complete bool, status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shown, w.loaded == w.shown, w.status[w.shown]
}

// request checks where a request goes.
func (w *monitor) request(e *network.EventRequestWillBeSent) {
	w.kinds[e.RequestID] = e.Type
	w.waiting[e.RequestID] = e.LoaderID
	to, err := url.Parse(e.Request.URL)
	if err != nil || to.Scheme != "data" && !slices.Contains(w.hosts, to.Host) {
		w.note("%s asked for %s", e.DocumentURL, e.Request.URL)
	}
}

// entry checks an entry of the browser's log. It ignores the status of a page, which the test
// checks, 422 of a list that a script requests with an invalid filter, and what the test blocks.
func (w *monitor) entry(e *log.Entry) {
	status := e.Source == log.EntrySourceNetwork && w.kinds[e.NetworkRequestID] == network.ResourceTypeDocument
	status = status || strings.HasSuffix(e.Text, "status of 422 (Unprocessable Entity)") && w.kinds[e.NetworkRequestID] == network.ResourceTypeFetch
	status = status || strings.HasSuffix(e.Text, "net::ERR_BLOCKED_BY_CLIENT")
	if (e.Level == log.EntryLevelError || e.Level == log.EntryLevelWarning) && !status {
		w.note("the browser logged for %s: %s", e.URL, e.Text)
	}
}

// issue checks an issue that the browser reports about a page.
func (w *monitor) issue(i *audits.InspectorIssue) {
	if policy := i.Details.ContentSecurityPolicyIssueDetails; policy != nil {
		w.note("the policy of a page was violated: %s %s", policy.ViolatedDirective, policy.BlockedURL)
	}
}

// weigh returns how many bytes were transferred while act loaded a page with its resources, and
// how many of them were headers.
func (b *tab) weigh(act func()) (all, headers int) {
	b.t.Helper()
	b.settle()
	all, headers = b.seen.weighed()
	act()
	b.settle()
	allNow, headersNow := b.seen.weighed()
	return allNow - all, headersNow - headers
}

// weighed returns how many bytes have been transferred so far.
func (w *monitor) weighed() (all, headers int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return int(w.bytes), int(w.headers)
}

// settle waits until all responses are complete.
func (b *tab) settle() {
	b.t.Helper()
	b.wait("have loaded", `document.readyState === "complete"`)
	b.until("have all answers", func() bool {
		js[int](b, `new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(0))))`)
		b.seen.mu.Lock()
		defer b.seen.mu.Unlock()
		return len(b.seen.waiting) == 0
	})
}

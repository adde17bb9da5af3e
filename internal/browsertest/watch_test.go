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

// reportViolations makes every page tell the console what its policy forbade.
const reportViolations = `addEventListener("securitypolicyviolation", (event) => {
  console.error("forbidden by " + event.violatedDirective + ": " + event.blockedURI);
});`

// A watch sees all that happens in a tab, and fails its test where something is
// reported as an error or a request leaves for another host.
type watch struct {
	hosts []string

	mu      sync.Mutex
	faults  []string
	kinds   map[network.RequestID]network.ResourceType // of the requests so far
	waiting map[network.RequestID]cdp.LoaderID         // requests that are not over, with their pages
	weight  float64                                    // bytes of the answers so far
	heads   float64                                    // bytes of their headers

	status map[cdp.LoaderID]int // of the pages so far
	shown  cdp.LoaderID         // the page that is shown
	loaded cdp.LoaderID         // the page that was last complete
}

// newWatch returns a watch that reports its faults when the test ends.
func newWatch(t *testing.T, s site) *watch {
	w := &watch{
		hosts:   []string{strings.TrimPrefix(s.console, "http://"), strings.TrimPrefix(s.provider, "http://")},
		kinds:   map[network.RequestID]network.ResourceType{},
		waiting: map[network.RequestID]cdp.LoaderID{},
		status:  map[cdp.LoaderID]int{},
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

// note takes note of a fault.
func (w *watch) note(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// start is the action that begins to watch what is not watched by itself.
func (w *watch) start(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	if _, err := cdp.Call(ctx, t, audits.Enable, cdp.Empty{}); err != nil {
		return chromedp.Void{}, err
	}
	_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: reportViolations})
	return chromedp.Void{}, err
}

// event takes note of what the browser reports.
func (w *watch) event(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.request(e)
	case *network.EventResponseReceived:
		w.heads += e.Response.EncodedDataLength
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
		w.weight += e.EncodedDataLength
	case *network.EventLoadingFailed:
		delete(w.waiting, e.RequestID)
	case *runtime.EventExceptionThrown:
		w.note("a script failed: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if slices.Contains([]runtime.ConsoleAPICalledType{"error", "warning", "assert"}, e.Type) {
			w.note("a script reported: %s", e.Args[0].Value)
		}
	case *log.EventEntryAdded:
		w.entry(e.Entry)
	case *audits.EventIssueAdded:
		w.issue(e.Issue)
	}
}

// current returns which page is shown, whether it is complete, and its status.
func (w *watch) current() (shown cdp.LoaderID, complete bool, status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shown, w.loaded == w.shown, w.status[w.shown]
}

// request checks where a request goes.
func (w *watch) request(e *network.EventRequestWillBeSent) {
	w.kinds[e.RequestID] = e.Type
	w.waiting[e.RequestID] = e.LoaderID
	to, err := url.Parse(e.Request.URL)
	if err != nil || to.Scheme != "data" && !slices.Contains(w.hosts, to.Host) {
		w.note("%s asked for %s", e.DocumentURL, e.Request.URL)
	}
}

// entry checks what the browser logs. That a page has another status than 200 is
// for the test to judge; a list that a script asks for has 422 where it has no such filter.
func (w *watch) entry(e *log.Entry) {
	status := e.Source == log.EntrySourceNetwork && w.kinds[e.NetworkRequestID] == network.ResourceTypeDocument
	status = status || strings.HasSuffix(e.Text, "status of 422 (Unprocessable Entity)") && w.kinds[e.NetworkRequestID] == network.ResourceTypeFetch
	if (e.Level == log.EntryLevelError || e.Level == log.EntryLevelWarning) && !status {
		w.note("the browser logged for %s: %s", e.URL, e.Text)
	}
}

// issue checks what the browser finds to be wrong with a page.
func (w *watch) issue(i *audits.InspectorIssue) {
	if policy := i.Details.ContentSecurityPolicyIssueDetails; policy != nil {
		w.note("the policy of a page was violated: %s %s", policy.ViolatedDirective, policy.BlockedURL)
	}
}

// weigh returns how many bytes came over the wire while act led to a page, with
// all that belongs to it, and how many of them were headers.
func (b *tab) weigh(act func()) (all, heads int) {
	b.t.Helper()
	b.settle()
	all, heads = b.seen.weighed()
	act()
	b.settle()
	allNow, headsNow := b.seen.weighed()
	return allNow - all, headsNow - heads
}

// weighed returns how many bytes have come so far.
func (w *watch) weighed() (all, heads int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return int(w.weight), int(w.heads)
}

// settle waits until all requests are answered.
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

//go:build browser

package browsertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/roboto-ai/console/internal/auth"
)

// patience is how long a test waits for an expected state, on a busy machine.
const patience = 30 * time.Second

// A tab is a tab of the browser. An error in it ends the test.
type tab struct {
	t    *testing.T
	site site
	ctx  context.Context
	seen *monitor

	leaving atomic.Int64 // how often the browser has asked whether to leave a page
	stays   atomic.Bool  // the answer is no
}

// visit opens a tab in a new browser context, without cookies.
func (s site) visit(t *testing.T) *tab {
	t.Helper()
	return s.openTab(t, chromium, chromedp.WithNewBrowserContext())
}

// another opens another tab in the same browser context.
func (b *tab) another() *tab {
	b.t.Helper()
	return b.site.openTab(b.t, b.ctx)
}

// openTab opens a tab that is monitored from its first request on.
func (s site) openTab(t *testing.T, in context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	b := &tab{t: t, site: s, seen: newMonitor(t, s)}
	var closeTab context.CancelFunc
	b.ctx, closeTab = chromedp.NewContext(in, append(options, chromedp.WithListener(b.seen.event), chromedp.WithListener(b.answer))...)
	t.Cleanup(closeTab)
	late := time.AfterFunc(patience, closeTab)
	if err := chromedp.Do(b.ctx); err != nil { // a tab lives as long as the context of the first action in it
		t.Fatal("open a tab: ", err)
	}
	late.Stop()
	b.do("set up a tab", b.seen.start, chromedp.EmulateViewport(1366, 900),
		command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	return b
}

// answer answers the browser when it asks whether to leave a page.
func (b *tab) answer(event any) {
	if _, asks := event.(*page.EventJavascriptDialogOpening); !asks {
		return
	}
	accept := page.HandleJavaScriptDialogParams{Accept: !b.stays.Load()}
	go func() { // a listener must not wait for the browser
		if err := chromedp.Do(b.ctx, command(page.HandleJavaScriptDialog, accept)); err != nil && b.ctx.Err() == nil {
			b.t.Error(err)
		}
		b.leaving.Add(1)
	}()
}

// ask runs an action and returns its result; what names it in errors.
func ask[T any](b *tab, what string, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.fail("%.200s: %v", what, err)
	}
	return value
}

// do runs actions; what names them in errors.
func (b *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ask(b, what, chromedp.Steps(actions...))
}

// load runs an action that loads a page with that status.
func (b *tab) load(what string, status int, action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	before, _, _ := b.seen.current()
	b.do(what, action)
	b.until(what+", and have a page", func() bool {
		now, complete, got := b.seen.current()
		if now != before && complete && got != status {
			b.fail("%s: got status %d, want %d", what, got, status)
		}
		return now != before && complete
	})
}

// pageText is the URL of a page and the text of its main element.
const pageText = `(() => {
  const main = (document.querySelector("main") ?? document.body).cloneNode(true);
  for (const list of main.querySelectorAll("select, datalist")) list.remove();
  return location.href + "\n" + main.textContent.replace(/\s+/g, " ").slice(0, 2000);
})()`

// fail ends the test with a message and the text of the page.
func (b *tab) fail(format string, args ...any) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](pageText))
	b.t.Fatalf("%s\nat %s", fmt.Sprintf(format, args...), errors.Join(errors.New(text), err))
}

// js returns the value of an expression.
func js[T any](b *tab, expression string) T {
	b.t.Helper()
	return ask(b, expression, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// wait waits until an expression is truthy; what names it in errors.
func (b *tab) wait(what, expression string) {
	b.t.Helper()
	b.until(what+" ("+expression+")", func() bool {
		ctx, cancel := context.WithTimeout(b.ctx, time.Second)
		defer cancel()
		// A page that is being replaced returns an error.
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		return ok && err == nil
	})
}

// until polls until yes returns true; what names it in errors.
func (b *tab) until(what string, yes func() bool) {
	b.t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(patience); !yes(); <-again.C {
		if b.ctx.Err() != nil || time.Now().After(end) {
			b.fail("never: %s", what)
		}
	}
}

// open opens a path of the console, which answers with that status.
func (b *tab) open(path string, status int) {
	b.t.Helper()
	b.load("open "+path, status, command(page.Navigate, page.NavigateParams{URL: b.site.console + path}))
}

// follow clicks on a link or button that leads to another page.
func (b *tab) follow(role, name string) {
	b.t.Helper()
	b.lead(role, name, http.StatusOK)
}

// lead clicks on a link or button that leads to a page with that status.
func (b *tab) lead(role, name string, status int) {
	b.t.Helper()
	b.load("click on the "+role+" "+name, status, chromedp.Click("", named(name, role)))
}

// click clicks on an element that loads no page.
func (b *tab) click(role, name string) {
	b.t.Helper()
	b.do("click on the "+role+" "+name, chromedp.Click("", named(name, role)))
}

// fill replaces the value of a field, by typing.
func (b *tab) fill(label, value string) {
	b.t.Helper()
	b.do("click on the field "+label, chromedp.Click("", named(label, fields...)))
	js[any](b, `document.activeElement.select()`)
	b.do("type into the field "+label, chromedp.KeyEvent(value))
}

// sees waits until the page shows texts.
func (b *tab) sees(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.wait("see "+text, shows(text))
	}
}

// misses checks that the page does not show texts.
func (b *tab) misses(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if js[bool](b, shows(text)) {
			b.fail("it shows %q", text)
		}
	}
}

// shows returns an expression that is true if the page shows text, whatever its line breaks.
func shows(text string) string {
	return fmt.Sprintf(`document.body.innerText.replace(/\s+/g, " ").includes(%q)`, strings.Join(strings.Fields(text), " "))
}

// at checks that the address is that path of the console, with its query.
func (b *tab) at(path string) {
	b.t.Helper()
	b.wait("be at "+path, fmt.Sprintf("location.href === %q", b.site.console+path))
}

// signIn signs in as a person, from the front page on.
func (b *tab) signIn(name string) {
	b.t.Helper()
	b.open("/", http.StatusOK)
	b.follow("link", "Sign in")
	b.choose(name, http.StatusOK)
}

// choose chooses a person on the provider's page.
func (b *tab) choose(userID string, status int) {
	b.t.Helper()
	b.load("sign in as "+userID, status, chromedp.Click(chromedp.CSS(fmt.Sprintf("button[value=%q]", userID))))
}

// holds checks the value of a field.
func (b *tab) holds(label, want string) {
	b.t.Helper()
	if got := ask(b, "read "+label, chromedp.Value("", named(label, fields...))); got != want {
		b.fail("%s: got %q, want %q", label, got, want)
	}
}

// endSession deletes the session cookie.
func (b *tab) endSession() {
	b.t.Helper()
	site, err := url.Parse(b.site.console)
	if err != nil {
		b.t.Fatal(err)
	}
	b.do("forget the session", command(network.DeleteCookies,
		network.DeleteCookiesParams{Name: auth.CookieName(site, "session"), URL: b.site.console}))
}

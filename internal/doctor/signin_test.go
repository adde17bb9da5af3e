package doctor_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/doctor"
)

// signIn runs the doctor with --sign-in, and opens its link in a browser. It returns the
// findings and the last page.
func (w *environment) signIn(t *testing.T) ([]doctor.Finding, string) {
	t.Helper()
	w.start(t)
	said := make(chan string, 1)
	w.config.SignIn, w.config.Say = true, func(text string) { said <- text }
	page := make(chan string, 1)
	go func() {
		link := regexp.MustCompile(`https://\S+`).FindString(<-said)
		body, err := w.open(t, link)
		if err != nil {
			body = err.Error()
		}
		page <- body
	}()
	found := doctor.Run(t.Context(), w.config)
	return found, <-page
}

// open opens a link in a new browser and follows redirects.
func (w *environment) open(t *testing.T, link string) (string, error) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: w.config.RootCAs}, DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	if err != nil {
		return "", err
	}
	res, err := (&http.Client{Jar: jar, Transport: transport}).Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

// TestCorrectSignIn signs in in a correct environment.
func TestCorrectSignIn(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	found, page := w.signIn(t)
	mustBlameOnly(t, found)
	if !strings.HasPrefix(page, "Thank you.") {
		t.Errorf("the browser saw %q", page)
	}
	mustReportEachCheck(t, found, true, false)
	for check, contains := range map[string]string{
		"sign-in":          "succeeded",
		"browser":          "returned its cookie",
		"claims that came": "email, email_verified",
		"verified address": "is verified",
		"sign-in rules":    `"owner@example.com" could sign in after the next start, as an owner.`,
	} {
		expect(t, found, check, doctor.OK, contains)
	}
	mustHideSecrets(t, w, found)
}

// expect fails the test unless a check has that finding.
func expect(t *testing.T, found []doctor.Finding, check string, level doctor.Level, contains string) {
	t.Helper()
	for _, f := range found {
		if f.Check == check && f.Level == level && strings.Contains(f.Line(), contains) {
			return
		}
	}
	t.Errorf("no %s of %s that says %q in\n%s", level, check, contains, lines(found))
}

// lines returns the findings as text.
func lines(found []doctor.Finding) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString(f.Line() + "\n")
	}
	return b.String()
}

// faultySignIns are sign-ins in a damaged environment.
var faultySignIns = map[string]struct {
	setup
	alsoWrong string // another check that fails for the same reason
}{
	"nobody vouches for the address": {setup{func(_ *testing.T, w *environment) {
		w.op.SignsIn(authtest.Person{Subject: "1", Email: "owner@example.com", Name: "Olivia"})
	}, "verified address", doctor.Wrong, "xms_edov"}, "sign-in rules"},
	"the address is not verified": {setup{func(_ *testing.T, w *environment) {
		w.op.SignsIn(authtest.Person{Subject: "1", Email: "owner@example.com", Verified: false, Name: "Olivia"})
	}, "verified address", doctor.Wrong, "mark it as verified there"}, "sign-in rules"},
	"no address comes": {setup{func(_ *testing.T, w *environment) { w.op.SignsIn(authtest.Person{Subject: "1", Name: "Olivia"}) },
		"claims that came", doctor.Wrong, "The claim email has no address"}, "sign-in rules"},
	"no name comes": {setup{func(_ *testing.T, w *environment) {
		w.op.SignsIn(authtest.Person{Subject: "1", Email: "owner@example.com", Verified: true})
	}, "claims that came", doctor.Warning, "Add profile"}, ""},
	"a stranger": {setup{func(_ *testing.T, w *environment) {
		w.op.SignsIn(authtest.Person{Subject: "1", Email: "stranger@example.com", Verified: true, Name: "Sam"})
	}, "sign-in rules", doctor.Wrong, "console users add"}, ""},
	"whether it is verified is not understood": {setup{func(_ *testing.T, w *environment) {
		w.op.SignsIn(authtest.Person{Subject: "1", Email: "owner@example.com", Verified: "True", Name: "Olivia"})
	}, "verified address", doctor.Wrong, "The claim is email_verified."}, "sign-in rules"},
	"an address that cannot be used": {setup{func(_ *testing.T, w *environment) {
		w.op.SignsIn(authtest.Person{Subject: "1", Email: "j\u00fcrgen@example.com", Verified: true, Name: "J"})
	}, "sign-in rules", doctor.Wrong, "Before the @: \u201c\u00fc\u201d cannot be part of it."}, ""},
	"UserInfo refuses": {setup{lies(func(l *authtest.Lies) { l.Faults[authtest.UserInfo] = authtest.Forbidden }),
		"claims that came", doctor.Warning, "UserInfo returned none"}, ""},
	"the ID token has no nonce": {setup{lies(func(l *authtest.Lies) { l.IDToken["nonce"] = nil }),
		"sign-in", doctor.Wrong, "has no nonce"}, ""},
	"the ID token has no time": {setup{lies(func(l *authtest.Lies) { l.IDToken["iat"] = nil }),
		"sign-in", doctor.Wrong, "does not say when it was issued"}, ""},
	"a code of no standard": {setup{func(_ *testing.T, w *environment) { w.op.Refuses("AADB2C\u202e90118", "") },
		"sign-in", doctor.Wrong, "refused: AADB2C90118"}, "redirect address"},
	"it takes too long there": {setup{func(_ *testing.T, w *environment) { w.op.Refuses("temporarily_unavailable", "authentication_expired") },
		"sign-in", doctor.Wrong, "took too long"}, "redirect address"},
	"the provider denies it": {setup{func(_ *testing.T, w *environment) { w.op.Refuses("access_denied", "secret of the console &=%") },
		"sign-in", doctor.Wrong, "refused: access_denied"}, "redirect address"},
	"the ID token is not to be trusted": {setup{lies(func(l *authtest.Lies) { l.Signature = authtest.ForeignKey }),
		"sign-in", doctor.Wrong, "was not accepted"}, ""},
	"the cookie gets lost on the way": {setup{changingRequest(func(h http.Header) { h.Del("Cookie") }), "browser", doctor.Wrong, "without its cookie"}, "cookies"},
	"nobody comes": {setup{func(_ *testing.T, w *environment) { w.config.Wait = time.Nanosecond },
		"sign-in", doctor.Wrong, "The sign-in was not completed"}, ""},
	"the listen address is not free": {setup{func(_ *testing.T, w *environment) { w.config.Listen = "192.0.2.1:8080" },
		"sign-in", doctor.Wrong, "Stop the console"}, "listen address"},
}

// TestFaultySignIns signs in in damaged environments.
func TestFaultySignIns(t *testing.T) {
	t.Parallel()
	for name, s := range faultySignIns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newEnvironment(t)
			s.damage(t, w)
			var found []doctor.Finding
			if s.check == "sign-in" && (w.config.Wait > 0 || w.config.Listen != w.config.LocalAddress) {
				w.start(t)
				w.config.SignIn, w.config.Say = true, func(string) {}
				found = doctor.Run(t.Context(), w.config)
			} else {
				found, _ = w.signIn(t)
			}
			mustFind(t, found, s.setup)
			mustBlameOnly(t, found, s.check, s.alsoWrong)
			mustHideSecrets(t, w, found)
		})
	}
}

// TestLinkIsGoodOnce opens the link again after the sign-in, and calls the callback with an
// unknown state.
func TestLinkIsGoodOnce(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	w.start(t)
	links := make(chan string, 1)
	w.config.SignIn = true
	w.config.Say = func(text string) { // the doctor waits meanwhile
		link := regexp.MustCompile(`https://\S+`).FindString(text)
		pages := []string{}
		for _, address := range []string{w.config.BaseURL.String() + callbackPath + "?state=x&code=y", link, link} {
			body, err := w.open(t, address)
			if err != nil {
				body = err.Error()
			}
			pages = append(pages, body)
		}
		links <- strings.Join(pages, "|")
	}
	mustBlameOnly(t, doctor.Run(t.Context(), w.config))
	if got := <-links; !strings.Contains(got, "was not started with the doctor's link, or has ended. Open the link again.\n|Thank you.") ||
		!strings.Contains(got, "|This link has been used.") {
		t.Errorf("the browser saw %q", got)
	}
}

// TestClockByIDToken compares the clocks by the ID token if the provider sends no Date.
func TestClockByIDToken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ahead    time.Duration // how far the provider's clock is ahead
		level    doctor.Level
		contains string
	}{
		"right":        {0, doctor.OK, "agree"},
		"a minute off": {time.Minute, doctor.Warning, "behind the provider's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newEnvironment(t)
			w.op.SendsNoDate()
			w.op.SetClock(func() time.Time { return time.Now().Add(test.ahead) })
			found, _ := w.signIn(t)
			mustBlameOnly(t, found, "clock")
			expect(t, found, "clock", test.level, test.contains)
		})
	}
}

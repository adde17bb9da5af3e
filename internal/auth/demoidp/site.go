package demoidp

import (
	"context"
	_ "embed"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/zitadel/oidc/v3/pkg/op"
)

//go:embed page.css
var pageCSS string

// pageCSSPath is the path of the page's own style sheet.
const pageCSSPath = "/demo.css"

// A site serves the pages around the provider's endpoints.
type site struct {
	config   Config
	storage  *storage
	provider *op.Provider
	finish   func(ctx context.Context, request string) string // returns the address to continue at once a person is chosen
}

// routes returns the pages and the provider's endpoints.
func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /sign-in", s.signInForm)
	mux.Handle("POST /sign-in", http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.signIn)))
	mux.HandleFunc("GET "+pageCSSPath, serveCSS)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.Handle("/", s.provider)
	mux.Handle("/authorize", s.withErrorPage(s.provider))
	mux.Handle("/authorize/callback", s.withErrorPage(s.provider))
	mux.Handle("/end_session", s.withErrorPage(s.withoutHint(s.provider)))
	if s.config.Static != nil {
		mux.Handle("GET /static/", s.config.Static)
	}
	return mux
}

// home redirects to the console.
func (s *site) home(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, s.console(), http.StatusSeeOther)
}

// console returns the address of the console.
func (s *site) console() string {
	u, err := url.Parse(s.config.RedirectURL)
	if err != nil {
		return "/"
	}
	return u.Scheme + "://" + u.Host + "/"
}

// signInForm shows the people.
func (s *site) signInForm(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("request")
	if !s.storage.pending(id) {
		s.refuse(w, r, http.StatusBadRequest)
		return
	}
	page := signInPage(signIn{frame: s.frame("Choose a person"), Request: id, People: s.config.People})
	s.render(w, r, http.StatusOK, page)
}

// signIn signs the chosen person in.
func (s *site) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	id := r.PostFormValue("request")
	if !s.storage.choose(id, r.PostFormValue("user_id")) {
		s.refuse(w, r, http.StatusBadRequest)
		return
	}
	ctx := op.ContextWithIssuer(r.Context(), s.config.Issuer)
	http.Redirect(w, r, s.finish(ctx, id), http.StatusSeeOther)
}

// withoutHint removes id_token_hint from a sign-out request and sets client_id instead: there
// is no session to end, and after a restart the key of the token would be unknown.
func (s *site) withoutHint(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		query.Del("id_token_hint")
		query.Set("client_id", s.config.ClientID)
		asked := r.Clone(r.Context())
		asked.URL.RawQuery = query.Encode()
		next.ServeHTTP(w, asked)
	})
}

// withErrorPage shows an error page if next responds with an error.
func (s *site) withErrorPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := &errorRecorder{ResponseWriter: w}
		next.ServeHTTP(recorder, r)
		if recorder.status != 0 {
			s.refuse(w, r, recorder.status)
		}
	})
}

// An errorRecorder passes a response through, but discards an error and records its status.
type errorRecorder struct {
	http.ResponseWriter
	status int // status of the error; zero if there is none
}

// WriteHeader implements [http.ResponseWriter].
func (e *errorRecorder) WriteHeader(status int) {
	if status >= 400 {
		e.status = status
		return
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (e *errorRecorder) Write(b []byte) (int, error) {
	if e.status != 0 {
		return len(b), nil
	}
	return e.ResponseWriter.Write(b)
}

// refuse shows a page that says that the sign-in cannot continue. It quotes nothing of the
// request.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, status int) {
	s.render(w, r, status, refusedPage(s.frame("This sign-in can't continue"), s.console()))
}

// frame returns the model common to all pages.
func (s *site) frame(title string) frame {
	return frame{Title: title, Org: s.config.Org, Stylesheet: s.config.Stylesheet, Console: s.console()}
}

// render writes a page with its security headers.
func (s *site) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	h := w.Header()
	h.Set("Content-Security-Policy", s.policy())
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	templ.Handler(page, templ.WithStatus(status)).ServeHTTP(w, r)
}

// policy returns the Content-Security-Policy. The form's redirect to the console must be
// allowed by form-action.
func (s *site) policy() string {
	styles := "'self'"
	if u, err := url.Parse(s.config.Stylesheet); err == nil && u.Host != "" {
		styles += " " + u.Scheme + "://" + u.Host
	}
	return strings.Join([]string{
		"default-src 'none'", "style-src " + styles, "font-src " + styles, "img-src 'self'",
		"form-action 'self' " + strings.TrimSuffix(s.console(), "/"), "base-uri 'none'", "frame-ancestors 'none'",
	}, "; ")
}

// serveCSS serves the page's own style sheet.
func serveCSS(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write([]byte(pageCSS))
}

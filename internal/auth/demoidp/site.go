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

// pageCSSPath is where the page's own few rules are served.
const pageCSSPath = "/demo.css"

// A site is what the provider shows, around what it says.
type site struct {
	config   Config
	storage  *storage
	provider *op.Provider
	finish   func(ctx context.Context, request string) string // where to go on when signed in
}

// routes returns the pages, and the provider's endpoints beside them.
func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /sign-in", s.signInForm)
	mux.Handle("POST /sign-in", http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.signIn)))
	mux.HandleFunc("GET "+pageCSSPath, serveCSS)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.Handle("/", s.provider)
	mux.Handle("/authorize", s.explained(s.provider))
	mux.Handle("/authorize/callback", s.explained(s.provider))
	mux.Handle("/end_session", s.explained(s.withoutHint(s.provider)))
	if s.config.Static != nil {
		mux.Handle("GET /static/", s.config.Static)
	}
	return mux
}

// home sends those who come here by themselves to the console.
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
	if !s.storage.waiting(id) {
		s.refuse(w, r, http.StatusBadRequest)
		return
	}
	page := signInPage(signIn{frame: s.frame("Choose who to be"), Request: id, People: s.config.People})
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

// withoutHint drops the token from a request to sign out, and asks in the client's
// name instead. There is no session here to find by it, and a token from before a
// restart would be refused: its key is gone.
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

// explained shows a page where next answers a browser with an error.
func (s *site) explained(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held := &errorHolder{ResponseWriter: w}
		next.ServeHTTP(held, r)
		if held.status != 0 {
			s.refuse(w, r, held.status)
		}
	})
}

// An errorHolder passes an answer on, but holds back an error.
type errorHolder struct {
	http.ResponseWriter
	status int // of the error; zero if there is none
}

// WriteHeader implements [http.ResponseWriter].
func (h *errorHolder) WriteHeader(status int) {
	if status >= 400 {
		h.status = status
		return
	}
	h.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (h *errorHolder) Write(b []byte) (int, error) {
	if h.status != 0 {
		return len(b), nil
	}
	return h.ResponseWriter.Write(b)
}

// refuse shows a page that says that the sign-in cannot go on, and what to do. It
// repeats nothing of the request.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, status int) {
	s.render(w, r, status, refusedPage(s.frame("This does not work"), s.console()))
}

// frame returns what all pages have.
func (s *site) frame(title string) frame {
	return frame{Title: title, Org: s.config.Org, Stylesheet: s.config.Stylesheet, Console: s.console()}
}

// render writes a page with the headers that a page from which people sign in
// needs.
func (s *site) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	h := w.Header()
	h.Set("Content-Security-Policy", s.policy())
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	templ.Handler(page, templ.WithStatus(status)).ServeHTTP(w, r)
}

// policy returns the content policy of the pages. The form leads back to the
// console, and browsers hold the policy against that redirect as well.
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

// serveCSS serves what the page adds to the console's style sheet.
func serveCSS(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write([]byte(pageCSS))
}

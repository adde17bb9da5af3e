package authtest

import (
	"maps"
	"net/http"
	"strings"
	"time"
)

// Lies are violations of the protocol. A map's values replace or add members; nil removes one.
type Lies struct {
	Discovery map[string]any // changes to the discovery document
	Callback  map[string]any // changes to the callback's parameters; values are strings
	Token     map[string]any // changes to the token response
	IDToken   map[string]any // changes to the claims of the ID token
	Header    map[string]any // changes to the header of the ID token
	UserInfo  map[string]any // changes to the UserInfo response
	Faults    map[Endpoint]Fault

	Keys    []string                         // JSON values, published before the provider's own keys
	Payload func(claims []byte) []byte       // rewrites the claims of the ID token before it is signed
	Bodies  map[Endpoint]func([]byte) []byte // rewrite an endpoint's response body

	Signature     Signature // of the ID token
	InfoSignature Signature // of UserInfo, if signed
}

// clone returns a deep copy of l in which no map is nil.
func (l Lies) clone() Lies {
	l.Discovery, l.Callback, l.Token = cloned(l.Discovery), cloned(l.Callback), cloned(l.Token)
	l.IDToken, l.Header, l.UserInfo = cloned(l.IDToken), cloned(l.Header), cloned(l.UserInfo)
	l.Faults, l.Bodies = cloned(l.Faults), cloned(l.Bodies)
	return l
}

// cloned returns a copy of m that is not nil.
func cloned[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m))
	maps.Copy(out, m)
	return out
}

// A Signature is a forged signature of an ID token, which no client may accept.
type Signature string

// The signatures. The zero value is a valid one.
const (
	Unsigned     Signature = "unsigned"      // algorithm "none"
	SharedSecret Signature = "shared secret" // HS256, with the public key as the secret
	ForeignKey   Signature = "foreign key"   // an unpublished key under a published ID
	ForeignJKU   Signature = "foreign jku"   // the same, with its address in the header
	ForeignJWK   Signature = "foreign jwk"   // the same, with the key in the header
)

// An Endpoint is the path of an endpoint.
type Endpoint string

// The endpoints, by their paths.
const (
	Discovery   Endpoint = "/.well-known/openid-configuration"
	Keys        Endpoint = "/keys"
	Authorize   Endpoint = "/authorize"
	Token       Endpoint = "/token"
	UserInfo    Endpoint = "/userinfo"
	EndSession  Endpoint = "/end-session"
	ForeignKeys Endpoint = "/foreign-keys" // of [ForeignJKU]; a correct client never requests it
	Elsewhere   Endpoint = "/elsewhere"    // target of the fault [Redirects]
)

// A Fault is a way in which an endpoint fails.
type Fault string

// The faults.
const (
	Fails     Fault = "fails"     // answers 500
	NotFound  Fault = "not found" // answers 404
	Forbidden Fault = "forbidden" // answers 403
	NotUsed   Fault = "not used"  // answers 405
	Gone      Fault = "gone"      // answers 410
	Echoes    Fault = "echoes"    // answers 400 with the request's parameters
	Garbles   Fault = "garbles"   // answers 200 with bad JSON
	Floods    Fault = "floods"    // answers with good JSON of more than a megabyte
	Redirects Fault = "redirects" // answers with a redirect to [Elsewhere]
	Hangs     Fault = "hangs"     // never answers
	Drips     Fault = "drips"     // answers one byte at a time, without end
	Drops     Fault = "drops"     // closes the connection
	Holds     Fault = "holds"     // answers 500 after [Provider.Release]
)

// commit fails a request in the way of f. It reports false if f is empty.
func (f Fault) commit(w http.ResponseWriter, r *http.Request, closed, released <-chan struct{}) bool {
	switch f {
	case Holds:
		wait(r, released)
		http.Error(w, "held", http.StatusInternalServerError)
	case Fails:
		http.Error(w, `{"error":"stack trace of the provider"}`, http.StatusInternalServerError)
	case NotFound, Forbidden, NotUsed, Gone:
		http.Error(w, string(f), map[Fault]int{NotFound: 404, Forbidden: 403, NotUsed: 405, Gone: 410}[f])
	case Echoes:
		http.Error(w, "asked: "+r.PostForm.Encode(), http.StatusBadRequest)
	case Garbles:
		writeJSON(w, http.StatusOK, []byte(`{"sub": `))
	case Floods:
		writeJSON(w, http.StatusOK, []byte(`{"padding":"`+strings.Repeat("x", 2<<20)+`"}`))
	case Redirects:
		http.Redirect(w, r, string(Elsewhere), http.StatusTemporaryRedirect)
	case Hangs:
		wait(r, closed)
	case Drips:
		drip(w, r, closed)
	case Drops:
		panic(http.ErrAbortHandler)
	default:
		return false
	}
	return true
}

// wait returns when the client has disconnected or done is closed.
func wait(r *http.Request, done <-chan struct{}) {
	select {
	case <-r.Context().Done():
	case <-done:
	}
}

// drip writes spaces until the client has disconnected or the test has ended.
func drip(w http.ResponseWriter, r *http.Request, closed <-chan struct{}) {
	w.Header().Set("Content-Type", "application/json")
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-closed:
			return
		case <-tick.C:
			_, _ = w.Write([]byte(" "))
			_ = http.NewResponseController(w).Flush()
		}
	}
}

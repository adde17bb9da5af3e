package authtest

import (
	"maps"
	"net/http"
	"strings"
	"time"
)

// Lies are the ways in which a provider departs from the truth. In the maps a
// value replaces or adds, and nil takes away.
type Lies struct {
	Discovery map[string]any // over the discovery document
	Callback  map[string]any // over what the browser brings back, of strings
	Token     map[string]any // over the token endpoint's answer
	IDToken   map[string]any // over the claims of the ID token
	Header    map[string]any // over the header of the ID token
	UserInfo  map[string]any // over UserInfo's answer
	Faults    map[Endpoint]Fault

	Keys    []string                         // published before the provider's own, each a JSON value
	Payload func(claims []byte) []byte       // rewrites the JSON of an ID token before it is signed
	Bodies  map[Endpoint]func([]byte) []byte // rewrite the JSON that an endpoint answers with

	Signature     Signature // of the ID token
	InfoSignature Signature // of UserInfo, where that is signed
}

// clone returns a copy of l that shares no map with it, and has every map.
func (l Lies) clone() Lies {
	l.Discovery, l.Callback, l.Token = cloned(l.Discovery), cloned(l.Callback), cloned(l.Token)
	l.IDToken, l.Header, l.UserInfo = cloned(l.IDToken), cloned(l.Header), cloned(l.UserInfo)
	l.Faults, l.Bodies = cloned(l.Faults), cloned(l.Bodies)
	return l
}

// cloned returns a copy of m that can be written to, also where m is nil.
func cloned[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m))
	maps.Copy(out, m)
	return out
}

// A Signature is a way to sign an ID token that nobody should accept.
type Signature string

// The signatures. The zero value is the honest one.
const (
	Unsigned     Signature = "unsigned"      // algorithm "none"
	SharedSecret Signature = "shared secret" // HS256, with the public key as the secret
	ForeignKey   Signature = "foreign key"   // a key of somebody else, under our key's id
	ForeignJKU   Signature = "foreign jku"   // the same, and a header that says where to find it
	ForeignJWK   Signature = "foreign jwk"   // the same, and a header that holds it
)

// An Endpoint is one of the provider's addresses.
type Endpoint string

// The endpoints, by their paths.
const (
	Discovery   Endpoint = "/.well-known/openid-configuration"
	Keys        Endpoint = "/keys"
	Authorize   Endpoint = "/authorize"
	Token       Endpoint = "/token"
	UserInfo    Endpoint = "/userinfo"
	EndSession  Endpoint = "/end-session"
	ForeignKeys Endpoint = "/foreign-keys" // of [ForeignJKU]; nobody has reason to call it
	Elsewhere   Endpoint = "/elsewhere"    // where [Redirects] leads to
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
	Echoes    Fault = "echoes"    // answers 400 with what it was asked
	Garbles   Fault = "garbles"   // answers 200 with bad JSON
	Floods    Fault = "floods"    // answers with good JSON of more than a megabyte
	Redirects Fault = "redirects" // answers with a redirect to [Elsewhere]
	Hangs     Fault = "hangs"     // does not answer
	Drips     Fault = "drips"     // answers a byte at a time, without end
	Drops     Fault = "drops"     // closes the connection
	Holds     Fault = "holds"     // answers 500, but not before [Provider.LetGo]
)

// commit fails a request in the way f says. It reports whether it did: there may
// be no fault.
func (f Fault) commit(w http.ResponseWriter, r *http.Request, closed, letGo <-chan struct{}) bool {
	switch f {
	case Holds:
		wait(r, letGo)
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

// wait returns when the client has gone or the test has ended.
func wait(r *http.Request, closed <-chan struct{}) {
	select {
	case <-r.Context().Done():
	case <-closed:
	}
}

// drip writes spaces until the client has gone or the test has ended.
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

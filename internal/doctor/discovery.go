package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"

	"github.com/roboto-ai/console/internal/auth"
)

// A document is a discovery document (OpenID Connect Discovery, section 3).
type document struct {
	Issuer            string   `json:"issuer"`
	AuthorizationURL  string   `json:"authorization_endpoint"`
	TokenURL          string   `json:"token_endpoint"`
	KeysURL           string   `json:"jwks_uri"`
	UserInfoURL       string   `json:"userinfo_endpoint"`
	EndSessionURL     string   `json:"end_session_endpoint"`
	ResponseTypes     []string `json:"response_types_supported"`
	GrantTypes        []string `json:"grant_types_supported"`
	ChallengeMethods  []string `json:"code_challenge_methods_supported"`
	Scopes            []string `json:"scopes_supported"`
	Claims            []string `json:"claims_supported"`
	SigningAlgorithms []string `json:"id_token_signing_alg_values_supported"`

	BackchannelLogout  bool `json:"backchannel_logout_supported"`
	BackchannelSession bool `json:"backchannel_logout_session_supported"`
}

// parseDocument parses a discovery document. Names must match exactly.
func parseDocument(body []byte) (doc document, err error) {
	var names []string
	for field := range reflect.TypeFor[document]().Fields() {
		names = append(names, field.Tag.Get("json"))
	}
	if body, err = auth.Members(body, names...); err == nil {
		err = json.Unmarshal(body, &doc)
	}
	return doc, err
}

// Settings named in findings.
const (
	issuerSetting = "--oidc-issuer"
	baseSetting   = "--base-url"
)

// wellKnown is the path of the document below the issuer.
const wellKnown = "/.well-known/openid-configuration"

// provider makes the checks of the OpenID provider.
func (e *examination) provider(ctx context.Context) []Finding {
	if e.Provider.Issuer == "" {
		close(e.discovered)
		return nil
	}
	client := e.client(auth.RefuseLinkLocal, nil)
	var doc *document
	var found []Finding
	e.track("discovery", func() { doc, found = e.discover(ctx, client) })
	e.doc = doc
	close(e.discovered)
	if doc == nil {
		return found
	}
	found = append(found, e.issuer(doc), e.endpoints(doc), e.codeFlow(doc), e.scopes(doc), e.claims(doc), e.backchannel(doc))
	parts := map[string]func() []Finding{
		"keys":                        func() []Finding { return e.keys(ctx, client, doc) },
		"client and redirect address": func() []Finding { return e.registration(ctx, client, doc) },
		"sign-out address":            func() []Finding { return e.signOut(ctx, client, doc) },
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	for what, part := range parts {
		all.Go(func() {
			e.track(what, func() {
				more := part()
				mu.Lock()
				defer mu.Unlock()
				found = append(found, more...)
			})
		})
	}
	all.Wait()
	return found
}

// discover fetches the document and compares the clocks. The document is nil if that fails.
func (e *examination) discover(ctx context.Context, client *http.Client) (*document, []Finding) {
	address := strings.TrimSuffix(e.Provider.Issuer, "/") + wellKnown
	got, err := e.get(ctx, client, address, nil)
	if err != nil {
		t := diagnose(err, hostOf(address), issuerSetting)
		return nil, []Finding{wrong("discovery", t.found, t.fix)}
	}
	found := e.clock(got)
	doc, kind := parseDocument(got.body)
	switch {
	case got.status != http.StatusOK:
		t := diagnoseStatus(got, address)
		return nil, append(found, wrong("discovery", t.found, t.fix))
	case kind != nil || doc.Issuer == "":
		return nil, append(found, wrong("discovery", address+" responds, but not with a discovery document.",
			"Correct "+issuerSetting+": it is no OpenID provider, or another path of one."))
	}
	return &doc, append(found, ok("discovery", address+" responds."))
}

// diagnoseStatus returns what a response means that is not the document.
func diagnoseStatus(got response, address string) diagnosis {
	to := got.location(address)
	switch {
	case got.status == http.StatusNotFound:
		return diagnosis{
			fmt.Sprintf("There is nothing at %s: status 404.", address),
			"Correct the path in " + issuerSetting + ". It is /TENANT-ID/v2.0 at Entra ID, /realms/REALM at Keycloak, nothing or /oauth2/default at Okta, and nothing at Google.",
		}
	case to != "":
		return diagnosis{
			fmt.Sprintf("%s redirects to %s, and the console follows no redirects.", address, quoted(withoutQuery(to))),
			fmt.Sprintf("Set %s to the target of the redirect: %s.", issuerSetting, shortened(strings.TrimSuffix(withoutQuery(to), wellKnown))),
		}
	case got.status >= http.StatusInternalServerError:
		return diagnosis{
			fmt.Sprintf("The provider reports an error: %s responds with status %d.", address, got.status),
			"Check the provider; sign-ins fail until it works.",
		}
	}
	return diagnosis{
		fmt.Sprintf("%s responds with status %d.", address, got.status),
		"Correct " + issuerSetting + ", and make the discovery document public at the provider.",
	}
}

// withoutQuery returns an address without its query, which may contain secrets.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// hostOf returns the host of an address.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return quoted(address)
	}
	return u.Host
}

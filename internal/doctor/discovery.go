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

// A document is what the provider says of itself (OpenID Connect Discovery, section
// 3).
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

// parseDocument parses a discovery document, by exact names.
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

// The settings that messages name.
const (
	issuerSetting = "--oidc-issuer"
	baseSetting   = "--base-url"
)

// wellKnown ends the address of the document, after the issuer.
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
	e.during("discovery", func() { doc, found = e.discover(ctx, client) })
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
			e.during(what, func() {
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

// discover fetches the document, nil if there is none to be had, and reads the
// provider's clock on the way.
func (e *examination) discover(ctx context.Context, client *http.Client) (*document, []Finding) {
	address := strings.TrimSuffix(e.Provider.Issuer, "/") + wellKnown
	got, err := e.get(ctx, client, address, nil)
	if err != nil {
		t := troubleOf(err, hostOf(address), issuerSetting)
		return nil, []Finding{wrong("discovery", t.found, t.fix)}
	}
	found := e.clock(got)
	doc, kind := parseDocument(got.body)
	switch {
	case got.status != http.StatusOK:
		t := statusTrouble(got, address)
		return nil, append(found, wrong("discovery", t.found, t.fix))
	case kind != nil || doc.Issuer == "":
		return nil, append(found, wrong("discovery", address+" answers, and not with the JSON of a discovery document.",
			"Correct "+issuerSetting+": it names a site that is no OpenID provider, or a path of one that is something else."))
	}
	return &doc, append(found, ok("discovery", address+" answers."))
}

// statusTrouble says what an answer means that is not the document.
func statusTrouble(got answer, address string) trouble {
	to := got.location(address)
	switch {
	case got.status == http.StatusNotFound:
		return trouble{
			fmt.Sprintf("There is nothing at %s: it answers 404.", address),
			"Correct the path in " + issuerSetting + ". It is /TENANT-ID/v2.0 at Entra ID, /realms/REALM at Keycloak, nothing or /oauth2/default at Okta, and nothing at Google.",
		}
	case to != "":
		return trouble{
			fmt.Sprintf("%s leads on to %s, and the console follows no redirects.", address, quoted(withoutQuery(to))),
			fmt.Sprintf("Write the address that it leads to as %s: %s.", issuerSetting, shortened(strings.TrimSuffix(withoutQuery(to), wellKnown))),
		}
	case got.status >= http.StatusInternalServerError:
		return trouble{
			fmt.Sprintf("The provider is in trouble: %s answers %d.", address, got.status),
			"Look at the provider; nobody can sign in until it works.",
		}
	}
	return trouble{
		fmt.Sprintf("%s answers %d.", address, got.status),
		"Correct " + issuerSetting + ", and have the provider show its discovery document to everybody.",
	}
}

// withoutQuery returns an address without what may be secret in it.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// hostOf returns the host of an address, for people.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return quoted(address)
	}
	return u.Host
}

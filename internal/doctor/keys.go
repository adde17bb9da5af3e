package doctor

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/roboto-ai/console/internal/auth"
)

// keys looks for a key whose signatures the console accepts.
func (e *examination) keys(ctx context.Context, client *http.Client, doc *document) []Finding {
	if auth.ValidateEndpoint(doc.KeysURL) != nil {
		return nil // and endpoints says so
	}
	got, err := e.get(ctx, client, doc.KeysURL, nil)
	var set jose.JSONWebKeySet
	switch {
	case err != nil:
		t := troubleOf(err, hostOf(doc.KeysURL), "the provider's jwks_uri")
		return []Finding{wrong("keys", t.found, t.fix)}
	case got.status != http.StatusOK || json.Unmarshal(got.body, &set) != nil:
		return []Finding{wrong("keys", fmt.Sprintf("%s answers %d, and not with a set of keys.", withoutQuery(doc.KeysURL), got.status),
			"Look at the provider: its discovery document names that address as the one of its keys.")}
	}
	good := 0
	for _, k := range set.Keys {
		if usable(k) {
			good++
		}
	}
	if good == 0 {
		return []Finding{wrong("keys", "The provider publishes no key that the console accepts signatures of.",
			"Have the provider sign ID tokens with RS256 or ES256, rather than with the client secret (HS256) or not at all.")}
	}
	return []Finding{ok("keys", fmt.Sprintf("The provider publishes %d that can be used.", good))}
}

// usable reports whether k may verify an ID token.
func usable(k jose.JSONWebKey) bool {
	if !k.IsPublic() || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && !slices.Contains(auth.Algorithms(), k.Algorithm) {
		return false
	}
	switch k.Key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false
}

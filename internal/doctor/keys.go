package doctor

import (
	"context"
	"fmt"
	"net/http"

	"github.com/roboto-ai/console/internal/auth"
)

// keys looks for a key whose signatures the console accepts.
func (e *examination) keys(ctx context.Context, client *http.Client, doc *document) []Finding {
	if auth.ValidateEndpoint(doc.KeysURL) != nil {
		return nil // and endpoints says so
	}
	got, err := e.get(ctx, client, doc.KeysURL, nil)
	if err != nil {
		t := troubleOf(err, hostOf(doc.KeysURL), "the provider's jwks_uri")
		return []Finding{wrong("keys", t.found, t.fix)}
	}
	good, skipped, err := auth.ParseKeys(got.body)
	switch {
	case got.status != http.StatusOK || err != nil:
		return []Finding{wrong("keys", fmt.Sprintf("%s answers %d, and not with a set of keys.", withoutQuery(doc.KeysURL), got.status),
			"Look at the provider: its discovery document names that address as the one of its keys.")}
	case len(good) == 0:
		return []Finding{wrong("keys", "The provider publishes no key that the console accepts signatures of."+skippedKeys(skipped),
			"Have the provider sign ID tokens with RS256 or ES256, rather than with the client secret (HS256) or not at all.")}
	}
	return []Finding{ok("keys", fmt.Sprintf("The provider publishes %d that can be used.", len(good))+skippedKeys(skipped))}
}

// skippedKeys tells of keys that are not used, with a space before it.
func skippedKeys(skipped []auth.SkippedKey) string {
	if len(skipped) == 0 {
		return ""
	}
	first := skipped[0]
	return fmt.Sprintf(" It publishes %d more that the console skips; of the first, with the ID %s: %s.", len(skipped), quoted(first.ID), shortened(first.Why))
}

package doctor

import (
	"context"
	"fmt"
	"net/http"

	"github.com/roboto-ai/console/internal/auth"
)

// keys checks that the provider publishes a usable key.
func (e *examination) keys(ctx context.Context, client *http.Client, doc *document) []Finding {
	if auth.ValidateEndpoint(doc.KeysURL) != nil {
		return nil // reported by endpoints
	}
	got, err := e.get(ctx, client, doc.KeysURL, nil)
	if err != nil {
		t := diagnose(err, hostOf(doc.KeysURL), "the provider's jwks_uri")
		return []Finding{wrong("keys", t.found, t.fix)}
	}
	good, skipped, err := auth.ParseKeys(got.body)
	switch {
	case got.status != http.StatusOK || err != nil:
		return []Finding{wrong("keys", fmt.Sprintf("%s responds with status %d, and not with a key set.", withoutQuery(doc.KeysURL), got.status),
			"Check the provider: its discovery document gives that address as jwks_uri.")}
	case len(good) == 0:
		return []Finding{wrong("keys", "The provider publishes no key that the console accepts."+skippedKeys(skipped),
			"Configure RS256 or ES256 for ID tokens at the provider, not HS256 or none.")}
	}
	return []Finding{ok("keys", fmt.Sprintf("The provider publishes %d usable keys.", len(good))+skippedKeys(skipped))}
}

// skippedKeys returns a sentence about skipped keys, with a leading space.
func skippedKeys(skipped []auth.SkippedKey) string {
	if len(skipped) == 0 {
		return ""
	}
	first := skipped[0]
	return fmt.Sprintf(" The console skips %d more; the first has the ID %s: %s.", len(skipped), quoted(first.ID), shortened(first.Why))
}

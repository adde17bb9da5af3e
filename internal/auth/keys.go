package auth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
)

// algorithms maps each accepted signature algorithm to the type or curve of its keys. All are
// asymmetric: HMAC and "none" are refused (RFC 8725, sections 3.1 and 3.2).
var algorithms = map[string]string{
	oidc.RS256: "RSA", oidc.RS384: "RSA", oidc.RS512: "RSA",
	oidc.PS256: "RSA", oidc.PS384: "RSA", oidc.PS512: "RSA",
	oidc.ES256: "P-256", oidc.ES384: "P-384", oidc.ES512: "P-521", oidc.EdDSA: "Ed25519",
}

// Accepted sizes of RSA keys in bits: the minimum of RFC 7518, section 3.3; above the maximum,
// verification is slow enough for a denial of service.
const (
	minRSA = 2048
	maxRSA = 8192
)

// A Key is a public key that a provider signs with.
type Key struct {
	ID        string // may be empty
	Algorithm string // the only algorithm it is for; empty: any of its type
	Public    crypto.PublicKey
	family    string // a value of algorithms
}

// A SkippedKey is a key of a set that cannot be used, and why.
type SkippedKey struct {
	ID  string // sanitized; may be empty
	Why string
}

// ParseKeys parses a JSON Web Key Set (RFC 7517, section 5). Keys that cannot be used are
// skipped. The error says why body is no key set.
func ParseKeys(body []byte) ([]Key, []SkippedKey, error) {
	set, err := parseObject(body)
	if err != nil {
		return nil, nil, err
	}
	members, ok := as[[]json.RawMessage](set, "keys")
	if !ok {
		return nil, nil, errors.New(`no list "keys"`)
	}
	var keys []Key
	var skipped []SkippedKey
	for _, member := range members {
		key, err := parseKey(member)
		if err != nil {
			skipped = append(skipped, SkippedKey{sanitize(key.ID), sanitize(err.Error())})
			continue
		}
		keys = append(keys, key)
	}
	return keys, skipped, nil
}

// keyMembers are the members used of a key. Certificates and thumbprints are ignored: trust in
// a key comes from the https URL that it was fetched from.
var keyMembers = []string{"kty", "crv", "x", "y", "n", "e"}

// parseKey parses one key. If it returns an error, the Key has only its ID.
func parseKey(data []byte) (Key, error) {
	members, err := parseObject(data)
	if err != nil {
		return Key{}, err
	}
	key := Key{ID: members.text("kid")}
	algorithm, signs := members.text("alg"), true
	if operations, given := as[[]string](members, "key_ops"); given {
		signs = slices.Contains(operations, "verify")
	}
	switch {
	case members.text("kty") == "":
		return key, errors.New("no kty")
	case members.has("use") && members.text("use") != "sig", !signs:
		return key, errors.New("not for signatures")
	case members.has("alg") && algorithms[algorithm] == "":
		return key, fmt.Errorf("unsupported algorithm %q", algorithm)
	case members.has("d") || members.has("k"):
		return key, errors.New("not a public key")
	}
	public, family, err := publicKey(members)
	if err != nil {
		return key, err
	}
	if algorithm != "" && algorithms[algorithm] != family {
		return key, fmt.Errorf("algorithm %s does not fit the key type", algorithm)
	}
	return Key{key.ID, algorithm, public, family}, nil
}

// publicKey returns the public key described by members, and its family.
func publicKey(members object) (crypto.PublicKey, string, error) {
	data, err := json.Marshal(members.only(keyMembers))
	if err != nil {
		return nil, "", err
	}
	var parsed jose.JSONWebKey
	if err := parsed.UnmarshalJSON(data); err != nil {
		return nil, "", err
	}
	switch public := parsed.Key.(type) {
	case *rsa.PublicKey:
		if bits := public.N.BitLen(); bits < minRSA || bits > maxRSA {
			return nil, "", fmt.Errorf("unsupported size of %d bits", bits)
		}
		return public, "RSA", nil
	case *ecdsa.PublicKey:
		return public, public.Curve.Params().Name, nil
	case ed25519.PublicKey:
		return public, "Ed25519", nil
	}
	return nil, "", errors.New("unsupported key type")
}

// signs reports whether the key may have signed a token with header h.
func (k Key) signs(h header) bool {
	return (h.keyID == "" || k.ID == "" || h.keyID == k.ID) &&
		(k.Algorithm == "" || k.Algorithm == h.algorithm) && k.family == algorithms[h.algorithm]
}

// A keySet holds the keys published at the provider's jwks_uri. They are cached, and fetched
// again when none of them verifies a token.
type keySet struct {
	client *http.Client
	url    string
	now    func() time.Time

	flight singleflight.Group
	mu     sync.Mutex
	keys   []Key
	at     time.Time // when keys were fetched; zero: never
	failed time.Time // when the last fetch failed; why is its error
	why    error
}

// payload verifies a token's signature and returns its payload. If no cached key verifies it,
// the keys are fetched again, unless they are younger than minKeyAge or a fetch failed less
// than minKeyAge ago: unauthenticated senders of tokens must not cause a request each. The
// error is a [*Fault].
func (s *keySet) payload(ctx context.Context, raw string, h header, minKeyAge time.Duration) ([]byte, error) {
	cached, at := s.cached()
	if payload, err := s.verify(ctx, raw, h, cached); err == nil {
		return payload, nil
	}
	if !at.IsZero() && s.now().Sub(at) < minKeyAge {
		return nil, newFault(CauseSignature, "no key of the provider verifies the signature")
	}
	if err := s.failure(minKeyAge); err != nil {
		return nil, err
	}
	keys, err := s.fetch(ctx)
	if err != nil {
		return nil, err
	}
	payload, err := s.verify(ctx, raw, h, keys)
	if err != nil {
		return nil, newFault(CauseSignature, "kid %q, %s, %d usable keys: %v", h.keyID, h.algorithm, len(keys), err)
	}
	return payload, nil
}

// verify checks the signature of raw with the keys that match its header.
func (s *keySet) verify(ctx context.Context, raw string, h header, keys []Key) ([]byte, error) {
	var candidates oidc.StaticKeySet
	for _, key := range keys {
		if key.signs(h) {
			candidates.PublicKeys = append(candidates.PublicKeys, key.Public)
		}
	}
	return candidates.VerifySignature(ctx, raw)
}

// cached returns the keys fetched last, and when.
func (s *keySet) cached() ([]Key, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys, s.at
}

// failure returns the error of the last fetch, if it failed less than minKeyAge ago.
func (s *keySet) failure(minKeyAge time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why == nil || s.now().Sub(s.failed) >= minKeyAge {
		return nil
	}
	return s.why
}

// fetch requests the keys and caches them. Concurrent calls share one request.
func (s *keySet) fetch(ctx context.Context) ([]Key, error) {
	answer := s.flight.DoChan("", func() (any, error) { return s.refresh(context.WithoutCancel(ctx)) })
	select {
	case <-ctx.Done():
		return nil, requestFault(ctx, CauseKeys, ctx.Err())
	case result := <-answer:
		keys, _ := result.Val.([]Key)
		return keys, result.Err
	}
}

// refresh requests the keys and caches them, or the error.
func (s *keySet) refresh(ctx context.Context) ([]Key, error) {
	keys, err := s.request(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why = err; err != nil {
		s.failed = s.now()
		return nil, err
	}
	s.keys, s.at = keys, s.now()
	return keys, nil
}

// request requests the provider's keys.
func (s *keySet) request(ctx context.Context) ([]Key, error) {
	body, err := get(ctx, s.client, s.url, CauseKeys)
	if err != nil {
		return nil, err
	}
	keys, skipped, err := ParseKeys(body)
	switch {
	case err != nil:
		return nil, newFault(CauseKeys, "%v", err)
	case len(keys) == 0:
		return nil, newFault(CauseKeys, "none of %d keys can be used", len(skipped))
	}
	return keys, nil
}

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

// algorithms are those a token may be signed with, and the curve of their keys where
// it matters: with a private key, never with a shared secret, never not at all (RFC
// 8725, sections 3.1 and 3.2).
var algorithms = map[string]string{
	oidc.RS256: "RSA", oidc.RS384: "RSA", oidc.RS512: "RSA",
	oidc.PS256: "RSA", oidc.PS384: "RSA", oidc.PS512: "RSA",
	oidc.ES256: "P-256", oidc.ES384: "P-384", oidc.ES512: "P-521", oidc.EdDSA: "Ed25519",
}

// Sizes of RSA keys in bits: RFC 7518, section 3.3, asks for the lower one; above the
// upper one a signature takes long to check.
const (
	minRSA = 2048
	maxRSA = 8192
)

// A Key is a public key that a provider signs with.
type Key struct {
	ID        string // may be empty
	Algorithm string // the only one it signs with; empty: any of its type
	Public    crypto.PublicKey
	family    string // as the values of algorithms
}

// A SkippedKey is a key of a set that is not used, and why.
type SkippedKey struct {
	ID  string // as sent, on one line; may be empty
	Why string
}

// ParseKeys parses a JSON Web Key Set (RFC 7517, section 5). A key that cannot be used
// is skipped and leaves the others as they are. The error says why body is no set.
func ParseKeys(body []byte) ([]Key, []SkippedKey, error) {
	set, err := parseObject(body)
	if err != nil {
		return nil, nil, err
	}
	members, ok := as[[]json.RawMessage](set, "keys")
	if !ok {
		return nil, nil, errors.New(`it has no list "keys"`)
	}
	var keys []Key
	var skipped []SkippedKey
	for _, member := range members {
		key, err := parseKey(member)
		if err != nil {
			skipped = append(skipped, SkippedKey{plain(key.ID), plain(err.Error())})
			continue
		}
		keys = append(keys, key)
	}
	return keys, skipped, nil
}

// keyMembers are the parts of a key that are read. Certificates and thumbprints are
// not: the key is trusted for where it comes from.
var keyMembers = []string{"kty", "crv", "x", "y", "n", "e"}

// parseKey parses one key. With an error the key has its ID alone.
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
		return key, errors.New("it has no kty")
	case members.has("use") && members.text("use") != "sig", !signs:
		return key, errors.New("it is not for signatures")
	case members.has("alg") && algorithms[algorithm] == "":
		return key, fmt.Errorf("its algorithm is %q", algorithm)
	case members.has("d") || members.has("k"):
		return key, errors.New("it is not public")
	}
	public, family, err := publicKey(members)
	if err != nil {
		return key, err
	}
	if algorithm != "" && algorithms[algorithm] != family {
		return key, fmt.Errorf("its algorithm %s is not one of its type", algorithm)
	}
	return Key{key.ID, algorithm, public, family}, nil
}

// publicKey returns the key that the members describe, and its family.
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
			return nil, "", fmt.Errorf("it has %d bits", bits)
		}
		return public, "RSA", nil
	case *ecdsa.PublicKey:
		return public, public.Curve.Params().Name, nil
	case ed25519.PublicKey:
		return public, "Ed25519", nil
	}
	return nil, "", errors.New("its type is not known")
}

// signs reports whether the key may have signed a token with that header.
func (k Key) signs(h header) bool {
	return (h.keyID == "" || k.ID == "" || h.keyID == k.ID) &&
		(k.Algorithm == "" || k.Algorithm == h.algorithm) && k.family == algorithms[h.algorithm]
}

// A keySet is what the provider publishes at its jwks_uri: cached, and fetched again
// when it lacks the key of a token.
type keySet struct {
	client *http.Client
	url    string
	now    func() time.Time

	asking singleflight.Group
	mu     sync.Mutex
	keys   []Key
	at     time.Time // when they were fetched; zero: never
	failed time.Time // when they could not be fetched last, and why
	why    error
}

// payload returns the payload of a token whose signature is good. The keys are fetched
// again for a signature that none of the cached ones made, unless they are younger
// than rest: who may send tokens without a sign-in must not make the provider be asked
// for each. The error is a [*Fault].
func (s *keySet) payload(ctx context.Context, raw string, h header, rest time.Duration) ([]byte, error) {
	cached, at := s.cached()
	if payload, err := s.verify(ctx, raw, h, cached); err == nil {
		return payload, nil
	}
	if !at.IsZero() && s.now().Sub(at) < rest {
		return nil, untrusted(CauseSignature, "no key of the provider made the signature")
	}
	if err := s.failure(rest); err != nil {
		return nil, err
	}
	keys, err := s.fetch(ctx)
	if err != nil {
		return nil, err
	}
	payload, err := s.verify(ctx, raw, h, keys)
	if err != nil {
		return nil, untrusted(CauseSignature, "kid %q, %s, %d usable keys: %v", h.keyID, h.algorithm, len(keys), err)
	}
	return payload, nil
}

// verify checks the signature of raw with those of the keys that may have made it.
func (s *keySet) verify(ctx context.Context, raw string, h header, keys []Key) ([]byte, error) {
	var fitting oidc.StaticKeySet
	for _, key := range keys {
		if key.signs(h) {
			fitting.PublicKeys = append(fitting.PublicKeys, key.Public)
		}
	}
	return fitting.VerifySignature(ctx, raw)
}

// cached returns the keys that were fetched last, and when.
func (s *keySet) cached() ([]Key, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys, s.at
}

// failure returns why the keys could not be fetched, where that is less than rest ago.
func (s *keySet) failure(rest time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why == nil || s.now().Sub(s.failed) >= rest {
		return nil
	}
	return s.why
}

// fetch asks the provider for its keys and keeps them. All who wait share one request.
func (s *keySet) fetch(ctx context.Context) ([]Key, error) {
	answer := s.asking.DoChan("", func() (any, error) { return s.ask(context.WithoutCancel(ctx)) })
	select {
	case <-ctx.Done():
		return nil, callFault(ctx, CauseKeys, ctx.Err())
	case result := <-answer:
		keys, _ := result.Val.([]Key)
		return keys, result.Err
	}
}

// ask asks the provider for its keys and keeps them, or why there are none.
func (s *keySet) ask(ctx context.Context) ([]Key, error) {
	keys, err := s.read(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why = err; err != nil {
		s.failed = s.now()
		return nil, err
	}
	s.keys, s.at = keys, s.now()
	return keys, nil
}

// read asks the provider for its keys.
func (s *keySet) read(ctx context.Context) ([]Key, error) {
	body, err := get(ctx, s.client, s.url, CauseKeys)
	if err != nil {
		return nil, err
	}
	keys, skipped, err := ParseKeys(body)
	switch {
	case err != nil:
		return nil, untrusted(CauseKeys, "%v", err)
	case len(keys) == 0:
		return nil, untrusted(CauseKeys, "none of %d can be used", len(skipped))
	}
	return keys, nil
}

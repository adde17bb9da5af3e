package authtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// A key signs tokens.
type key struct {
	id      string
	alg     jose.SignatureAlgorithm
	private crypto.Signer
}

// rsaKeys are shared by all providers: generating one is slow.
var rsaKeys = [2]func() *rsa.PrivateKey{sync.OnceValue(makeRSA), sync.OnceValue(makeRSA)}

func makeRSA() *rsa.PrivateKey {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // without randomness there is nothing to test
	}
	return private
}

// sharedKey returns the first key of every provider.
func sharedKey() key { return key{id: "first", alg: jose.RS256, private: rsaKeys[0]()} }

// foreignKey returns a key that no provider publishes, under the ID of one that it does.
func foreignKey(id string) key { return key{id: id, alg: jose.RS256, private: rsaKeys[1]()} }

// newKey returns a new key for alg. RSA keys are shared.
func newKey(tb testing.TB, alg jose.SignatureAlgorithm) key {
	tb.Helper()
	curves := map[jose.SignatureAlgorithm]elliptic.Curve{
		jose.ES256: elliptic.P256(), jose.ES384: elliptic.P384(), jose.ES512: elliptic.P521(),
	}
	k := key{id: rand.Text(), alg: alg}
	var err error
	switch curve := curves[alg]; {
	case alg == jose.EdDSA:
		_, k.private, err = ed25519.GenerateKey(rand.Reader)
	case curve != nil:
		k.private, err = ecdsa.GenerateKey(curve, rand.Reader)
	default:
		k.private = rsaKeys[0]()
	}
	if err != nil {
		tb.Fatalf("make key: %v", err)
	}
	return k
}

// public returns the public key as published.
func (k key) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Algorithm: string(k.alg), Use: "sig"}
}

// publicKeys serves the key set.
func (p *Provider) publicKeys(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var set struct {
		Keys []any `json:"keys"`
	}
	for _, raw := range p.lies.Keys {
		set.Keys = append(set.Keys, json.RawMessage(raw))
	}
	for _, k := range p.keys {
		set.Keys = append(set.Keys, k.public())
	}
	answer(w, http.StatusOK, set)
}

// foreignKeys serves the public key of [ForeignJKU].
func foreignKeys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{foreignKey("first").public()}})
}

// idToken returns the ID token of g.
func (p *Provider) idToken(g grant) (string, error) {
	p.mu.Lock()
	now, lies := p.now(), p.lies
	p.mu.Unlock()
	claims := overlay(g.person.claims(), map[string]any{
		"iss": p.server.URL, "aud": p.ClientID, "nonce": g.nonce,
		"iat": now.Unix(), "exp": now.Unix() + 300, "auth_time": g.authTime.Unix(),
	}, g.person.IDToken, lies.IDToken)
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	if lies.Payload != nil {
		payload = lies.Payload(payload)
	}
	token, err := p.sign("JWT", payload, lies.Signature)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.issued = append(p.issued, token)
	return token, nil
}

// sign signs a payload as a JWT of type typ. how selects a forged signature.
func (p *Provider) sign(typ string, payload []byte, how Signature) (string, error) {
	p.mu.Lock()
	k, fields := p.keys[len(p.keys)-1], p.lies.Header
	p.mu.Unlock()
	foreign := foreignKey(k.id)
	header := overlay(map[string]any{"typ": typ}, fields)
	switch how {
	case Unsigned:
		return unsigned(payload), nil
	case SharedSecret:
		secret, err := publicPEM(k)
		if err != nil {
			return "", err
		}
		return signed(payload, jose.HS256, jose.JSONWebKey{Key: secret, KeyID: k.id}, header)
	case ForeignKey:
		k = foreign
	case ForeignJKU:
		k, header["jku"] = foreign, p.server.URL+string(ForeignKeys)
	case ForeignJWK:
		k, header["jwk"] = foreign, foreign.public()
	}
	return signed(payload, k.alg, jose.JSONWebKey{Key: k.private, KeyID: k.id}, header)
}

// signed returns the payload as a JWT with these header fields.
func signed(payload []byte, alg jose.SignatureAlgorithm, k jose.JSONWebKey, header map[string]any) (string, error) {
	options := &jose.SignerOptions{}
	for name, value := range header {
		options = options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: k}, options)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", alg, err)
	}
	token, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", alg, err)
	}
	return token.CompactSerialize()
}

// unsigned returns the payload as a JWT with the algorithm "none" (RFC 7519, section 6).
func unsigned(payload []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + encode(payload) + "."
}

// publicPEM returns the public key in PEM.
func publicPEM(k key) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(k.private.Public())
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

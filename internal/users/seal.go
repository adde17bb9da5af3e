package users

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// ErrBadSeal is returned for a text that [Service.Seal] did not return for the same use, or whose key
// was deleted.
var ErrBadSeal = errors.New("not sealed by this console")

// sealKeysGood is how long the keys are cached for sealing.
const sealKeysGood = time.Minute

// sealKeys are the keys of the database, by their ids, for all consoles on it. A key with a higher
// id in the table secrets rotates them: consoles seal with it within a minute, and unseal with the
// old ones until they are deleted.
type sealKeys struct {
	secrets map[byte][]byte
	newest  byte
	readAt  time.Time
}

// Seal encrypts data and protects it against changes (AES-256-GCM), for what a browser
// keeps for the console. The result is base64url of 29 bytes more than data. Only
// [Service.Unseal] for the same use takes it back.
func (s *Service) Seal(ctx context.Context, use string, data []byte) (string, error) {
	keys, err := s.currentSealKeys(ctx)
	if err != nil {
		return "", err
	}
	box, err := keys.box(keys.newest, use)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(box.Seal([]byte{keys.newest}, nil, data, nil)), nil
}

// mac returns the HMAC-SHA256 of data under a key for that use, which is derived from the
// newest key of the database.
func (s *Service) mac(ctx context.Context, use string, data []byte) ([]byte, error) {
	keys, err := s.currentSealKeys(ctx)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, keys.secrets[keys.newest], nil, use, sha256.Size)
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil), nil
}

// currentSealKeys returns the keys, read at most [sealKeysGood] ago, or older ones if they cannot be
// read now.
func (s *Service) currentSealKeys(ctx context.Context) (*sealKeys, error) {
	keys := s.sealKeys.Load()
	if keys != nil && s.Now().Sub(keys.readAt).Abs() < sealKeysGood {
		return keys, nil
	}
	read, err := s.readSealKeys(ctx)
	if err != nil && keys != nil {
		return keys, nil
	}
	return read, err
}

// Unseal returns the data of a text of [Service.Seal] for that use, or [ErrBadSeal].
func (s *Service) Unseal(ctx context.Context, use, sealed string) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || len(b) < 2 {
		return nil, ErrBadSeal
	}
	keys := s.sealKeys.Load()
	if keys == nil || keys.secrets[b[0]] == nil { // another console may have a newer one
		if keys, err = s.readSealKeys(ctx); err != nil {
			return nil, err
		}
	}
	if keys.secrets[b[0]] == nil {
		return nil, ErrBadSeal
	}
	box, err := keys.box(b[0], use)
	if err != nil {
		return nil, err
	}
	data, err := box.Open(nil, nil, b[1:], nil)
	if err != nil {
		return nil, ErrBadSeal
	}
	return data, nil
}

// box returns the cipher of a key and a use. Each use has a key of its own, derived from
// that of the database, and each message a random nonce in front of it.
func (k *sealKeys) box(id byte, use string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, k.secrets[id], nil, use, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// sealKeyPrefix begins the names of the keys, and is followed by their ids.
const sealKeyPrefix = "seal-"

// readSealKeys reads the keys from the database.
func (s *Service) readSealKeys(ctx context.Context) (*sealKeys, error) {
	keys := &sealKeys{secrets: map[byte][]byte{}, readAt: s.Now()}
	type row struct {
		name   string
		secret []byte
	}
	rows, err := database.Collect(ctx, s.lookUps(), func(from database.Scanner) (r row, err error) { return r, from.Scan(&r.name, &r.secret) },
		`SELECT name, secret FROM secrets WHERE name LIKE '`+sealKeyPrefix+`%'`)
	if err != nil {
		return nil, fmt.Errorf("read keys of seals: %w", err)
	}
	for _, r := range rows {
		id, err := strconv.ParseUint(strings.TrimPrefix(r.name, sealKeyPrefix), 10, 8)
		if err != nil || id == 0 || len(r.secret) < 32 {
			return nil, fmt.Errorf("read keys of seals: %s is not valid", r.name)
		}
		keys.secrets[byte(id)], keys.newest = r.secret, max(keys.newest, byte(id))
	}
	if keys.newest == 0 {
		return nil, errors.New("read keys of seals: there is none")
	}
	s.sealKeys.Store(keys)
	return keys, nil
}

package users

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/spelling"
)

const (
	// CredentialRequestLifetime is how long after its creation a [CredentialRequest] can be
	// approved and exchanged.
	CredentialRequestLifetime = 10 * time.Minute

	// MaxCredentialDays is the longest token lifetime, in days, that a [CredentialRequest]
	// may ask for.
	MaxCredentialDays = 365

	// maxHostname is how many characters the host name in a [NewCredentialRequest] may have,
	// and how many bytes of it are kept.
	maxHostname = 255
)

// ErrRequestExpired means that a credential request is older than [CredentialRequestLifetime].
var ErrRequestExpired = errors.New("credential request has expired")

// A NewCredentialRequest is the request of a program for a token by the approval of a person
// (roboto auth login). The program declares all of it; nothing is verified.
type NewCredentialRequest struct {
	Challenge    string // PKCE code_challenge: base64url of the verifier's SHA-256, RFC 7636 section 4.2
	Method       string // PKCE code_challenge_method: S256 only
	RedirectURI  string // http://127.0.0.1:PORT/callback; empty: the page shows the code, to be pasted
	State        string // 16 to 256 printable ASCII characters with RedirectURI, else empty
	Hostname     string // of the machine; 1 to 255 characters, of which 255 bytes are kept
	Version      string // of the program; at most 64 printable ASCII characters
	LifetimeDays int    // of the token, 1 to [MaxCredentialDays]
}

// A CredentialRequest is a request for a token that a person approves or refuses in the
// browser. Until then it is not stored: its ID is the request itself, sealed.
type CredentialRequest struct {
	ID               string // in the URLs of the API and of the approval page
	ConfirmationCode string // shown by the program and by the page, for the person to compare
	Hostname         string
	Version          string
	RedirectURI      string
	State            string
	Lifetime         time.Duration // of the token, from the exchange on
	ExpiresAt        time.Time     // of the request

	challenge [sha256.Size]byte // digest of the program's verifier
}

// sealedRequest is the content of the ID of a request.
type sealedRequest struct {
	Challenge   []byte `json:"c"`
	RedirectURI string `json:"r,omitempty"`
	State       string `json:"s,omitempty"`
	Hostname    string `json:"h"`
	Version     string `json:"v,omitempty"`
	Days        int    `json:"d"`
	Expires     int64  `json:"e"` // microseconds since 1970
}

// credentialUse is the use of the seals of requests, see [Service.Seal].
const credentialUse = "credential request"

// RequestCredential returns the request of n. It writes nothing to the database. It returns an
// [*InvalidError] with all mistakes, by the field names of the API.
func (s *Service) RequestCredential(ctx context.Context, n NewCredentialRequest) (CredentialRequest, error) {
	n.Hostname = spelling.Normalize(n.Hostname)
	if err := n.check(); err != nil {
		return CredentialRequest{}, err
	}
	challenge, _ := base64.RawURLEncoding.DecodeString(n.Challenge)
	sealed := sealedRequest{
		Challenge: challenge, RedirectURI: n.RedirectURI, State: n.State, Hostname: withinBytes(n.Hostname, maxHostname), Version: n.Version,
		Days: n.LifetimeDays, Expires: s.Now().Add(CredentialRequestLifetime).UnixMicro(),
	}
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false) // which keeps the ID, a part of a URL, short
	if err := encoder.Encode(sealed); err != nil {
		return CredentialRequest{}, err
	}
	id, err := s.Seal(ctx, credentialUse, data.Bytes())
	if err != nil {
		return CredentialRequest{}, fmt.Errorf("seal credential request: %w", err)
	}
	return s.credentialRequest(id, sealed), nil
}

// OpenCredentialRequest returns the request with that ID. It returns [ErrNotFound] for an ID that
// this database has not sealed, and [ErrRequestExpired] with the request after ten minutes.
func (s *Service) OpenCredentialRequest(ctx context.Context, id string) (CredentialRequest, error) {
	data, err := s.Unseal(ctx, credentialUse, id)
	if errors.Is(err, ErrBadSeal) {
		return CredentialRequest{}, ErrNotFound
	} else if err != nil {
		return CredentialRequest{}, fmt.Errorf("open credential request: %w", err)
	}
	var sealed sealedRequest
	if err := json.Unmarshal(data, &sealed); err != nil || len(sealed.Challenge) != sha256.Size {
		return CredentialRequest{}, ErrNotFound
	}
	r := s.credentialRequest(id, sealed)
	if !s.Now().Before(r.ExpiresAt) {
		return r, ErrRequestExpired
	}
	return r, nil
}

// credentialRequest returns the request whose sealed form is id.
func (s *Service) credentialRequest(id string, sealed sealedRequest) CredentialRequest {
	return CredentialRequest{
		ID: id, ConfirmationCode: confirmationCode(id),
		Hostname: sealed.Hostname, Version: sealed.Version, RedirectURI: sealed.RedirectURI, State: sealed.State,
		Lifetime:  s.config.capLifetime(time.Duration(sealed.Days) * 24 * time.Hour),
		ExpiresAt: time.UnixMicro(sealed.Expires).UTC(),
		challenge: [sha256.Size]byte(sealed.Challenge),
	}
}

// confirmationAlphabet is base32 without 0, 1, I and O, which are easily confused.
var confirmationAlphabet = base32.NewEncoding("23456789ABCDEFGHJKLMNPQRSTUVWXYZ").WithPadding(base32.NoPadding)

// confirmationCode returns eight characters that stand for the request with that ID.
func confirmationCode(id string) string {
	sum := sha256.Sum256([]byte("confirmation code " + id))
	code := confirmationAlphabet.EncodeToString(sum[:5])
	return code[:4] + "-" + code[4:]
}

var (
	stateForm   = regexp.MustCompile(`^[ -~]{16,256}$`)
	versionForm = regexp.MustCompile(`^[ -~]{0,64}$`)
)

// check returns an [*InvalidError] that lists what is wrong with n.
func (n NewCredentialRequest) check() error {
	var bad InvalidError
	if digest, err := base64.RawURLEncoding.Strict().DecodeString(n.Challenge); err != nil || len(digest) != sha256.Size {
		bad.Add("code_challenge", "Send the SHA-256 of the code verifier in base64url without padding, 43 characters.")
	}
	if n.Method != "S256" {
		bad.Add("code_challenge_method", "Only S256 is supported.")
	}
	if n.RedirectURI != "" && !isLoopbackCallback(n.RedirectURI) {
		bad.Add("redirect_uri", "Send http://127.0.0.1:PORT/callback, or null.")
	}
	switch {
	case n.RedirectURI == "" && n.State != "":
		bad.Add("state", "Send state only with redirect_uri.")
	case n.RedirectURI != "" && !stateForm.MatchString(n.State):
		bad.Add("state", "Send 16 to 256 printable ASCII characters with redirect_uri.")
	}
	if n.Hostname == "" || textFlaw(n.Hostname, maxHostname) != "" {
		bad.Add("client_hostname", fmt.Sprintf("Send 1 to %d printable characters.", maxHostname))
	}
	if !versionForm.MatchString(n.Version) {
		bad.Add("client_version", "Send at most 64 printable ASCII characters.")
	}
	if n.LifetimeDays < 1 || n.LifetimeDays > MaxCredentialDays {
		bad.Add("token_expiry_days", fmt.Sprintf("Send a whole number from 1 to %d.", MaxCredentialDays))
	}
	return bad.OrNil()
}

// withinBytes returns the beginning of text that has at most so many bytes, in whole characters.
func withinBytes(text string, most int) string {
	for len(text) > most {
		_, last := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-last]
	}
	return text
}

// isLoopbackCallback reports whether uri is http://127.0.0.1:PORT/callback, letter by
// letter, so that no parser reads another host out of it.
func isLoopbackCallback(uri string) bool {
	parsed, err := url.Parse(uri)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddrPort(parsed.Host)
	return err == nil && address.Port() > 0 && uri == "http://127.0.0.1:"+strconv.Itoa(int(address.Port()))+"/callback"
}

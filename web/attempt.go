package web

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
)

const (
	// attemptFor is how long a sign-in may take.
	attemptFor = 10 * time.Minute

	// attemptCookieFor is how long its cookie stays: longer, so that a person who took
	// too long gets that message and still returns to the page that they wanted.
	attemptCookieFor = time.Hour

	// maxAttempts is how many sign-ins a browser may have under way: one in each of
	// several tabs. More cookies of up to 1,500 bytes would come near the limits that
	// proxies have for headers.
	maxAttempts = 3

	// maxAttemptReturn is the longest address to return to that travels in the cookie, in
	// bytes.
	maxAttemptReturn = 1000
)

// An attempt is a sign-in under way. The browser that began it keeps it in a cookie,
// sealed, so that beginning one writes nothing to the database. That it signs a person in
// once is seen to in the transaction of the sign-in.
type attempt struct {
	auth.Attempt
	begun    time.Time // in whole seconds
	only     users.Key // the person who has to sign in; empty for anyone
	returnTo string
}

// sealedFor is what attempts are sealed for, see [users.Service.Seal]. The number is that of
// the form of what is sealed.
const sealedFor = "sign-in attempt 2"

// Sizes of what is sealed, in bytes. The address to return to follows, or before it the
// condition of a recent sign-in.
const (
	timeSize = 4 // seconds since 1970, until 2106
	seedSize = 32
	moreSize = 1 // 0 without a condition; else one more than the length of the key in it
	ageSize  = 2 // MaxAge, and then the key of who has to sign in

	attemptHead = timeSize + seedSize + moreSize
)

// sealAttempt returns the value of the attempt's cookie.
func (a *App) sealAttempt(ctx context.Context, begun attempt) (string, error) {
	seed, err := base64.RawURLEncoding.DecodeString(begun.Seed)
	if err != nil {
		return "", err
	}
	data := append(binary.BigEndian.AppendUint32(nil, uint32(begun.begun.Unix())), seed...)
	if begun.MaxAge == nil {
		data = append(data, 0)
	} else {
		data = append(data, byte(1+len(begun.only)))
		data = append(binary.BigEndian.AppendUint16(data, uint16(*begun.MaxAge)), begun.only...)
	}
	return a.users.Seal(ctx, sealedFor, append(data, begun.returnTo...))
}

// unsealAttempt returns the attempt in a cookie, or [users.ErrBadSeal].
func (a *App) unsealAttempt(ctx context.Context, sealed string) (attempt, error) {
	data, err := a.users.Unseal(ctx, sealedFor, sealed)
	if err != nil {
		return attempt{}, err
	}
	if len(data) < attemptHead {
		return attempt{}, users.ErrBadSeal
	}
	begun := attempt{
		Attempt: auth.AttemptOf(base64.RawURLEncoding.EncodeToString(data[timeSize : timeSize+seedSize])),
		begun:   time.Unix(int64(binary.BigEndian.Uint32(data)), 0),
	}
	more, rest := int(data[attemptHead-moreSize]), data[attemptHead:]
	if more > 0 {
		keyEnd := ageSize + more - 1
		if len(rest) < keyEnd {
			return attempt{}, users.ErrBadSeal
		}
		begun.MaxAge, begun.only = new(int(binary.BigEndian.Uint16(rest))), users.Key(rest[ageSize:keyEnd])
		rest = rest[keyEnd:]
	}
	begun.returnTo = string(rest)
	return begun, nil
}

// attemptPrefix begins the names of the cookies of sign-ins under way.
const attemptPrefix = "attempt-"

// attemptCookie names the cookie of the attempt with that state, and is empty for what is
// no state.
func attemptCookie(state string) string {
	if len(state) < 8 || strings.Trim(state, base64URL) != "" {
		return ""
	}
	return attemptPrefix + state[:8] // 48 bits keep them apart
}

// base64URL are the characters of base64url, all of which a cookie's name may have.
const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// keepAttempt gives the browser the cookie of an attempt, and takes those of its oldest
// if it has too many.
func (a *App) keepAttempt(c echo.Context, begun attempt) error {
	if len(begun.returnTo) > maxAttemptReturn {
		begun.returnTo, _, _ = strings.Cut(begun.returnTo, "?")
	}
	sealed, err := a.sealAttempt(c.Request().Context(), begun)
	if err != nil {
		return fmt.Errorf("begin to sign in: %w", err)
	}
	for _, name := range a.oldAttempts(c) {
		c.SetCookie(a.cookie(name, "", -1))
	}
	c.SetCookie(a.cookie(attemptCookie(begun.State), sealed, int(attemptCookieFor/time.Second)))
	return nil
}

// oldAttempts returns the names of the cookies of attempts that a browser has too many,
// when it is about to get one more: the oldest, and whatever cannot be read.
func (a *App) oldAttempts(c echo.Context) []string {
	type held struct {
		name  string
		begun time.Time
	}
	var all []held
	for _, cookie := range c.Cookies() {
		if name, ours := strings.CutPrefix(cookie.Name, a.cookieName(attemptPrefix)); ours && len(all) < 10*maxAttempts {
			begun, _ := a.unsealAttempt(c.Request().Context(), cookie.Value)
			all = append(all, held{attemptPrefix + name, begun.begun})
		}
	}
	slices.SortStableFunc(all, func(x, y held) int { return cmp.Compare(y.begun.UnixNano(), x.begun.UnixNano()) })
	var names []string
	for i, one := range all {
		if i >= maxAttempts-1 || one.begun.IsZero() {
			names = append(names, one.name)
		}
	}
	return names
}

// takeAttempt returns the attempt of a callback, and deletes its cookie in any case. With
// [auth.ErrBadAttempt] the attempt has the address to return to, if that is known.
func (a *App) takeAttempt(c echo.Context) (attempt, error) {
	ctx, state := c.Request().Context(), c.QueryParam("state")
	name := attemptCookie(state)
	sealed := ""
	if name != "" {
		sealed = a.cookieValue(c, name)
	}
	if sealed == "" {
		return a.lostAttempt(c, users.DigestOf(state), a.noCookie(c))
	}
	c.SetCookie(a.cookie(name, "", -1))
	begun, err := a.unsealAttempt(ctx, sealed)
	if errors.Is(err, users.ErrBadSeal) {
		return a.lostAttempt(c, users.DigestOf(sealed), auth.CauseAttemptUnreadable)
	} else if err != nil {
		return attempt{}, err
	}
	if a.now().Sub(begun.begun).Abs() >= attemptFor {
		return begun, badAttempt(auth.CauseAttemptLate)
	}
	switch _, err := a.users.UsedAttempt(ctx, users.DigestOf(begun.State)); {
	case err == nil:
		return begun, badAttempt(auth.CauseAttemptUsed)
	case !errors.Is(err, users.ErrNotFound):
		return begun, err
	}
	return begun, nil
}

// lostAttempt returns the error of an attempt without a readable cookie: that it was used, if it
// was, and otherwise the cause why.
func (a *App) lostAttempt(c echo.Context, digest users.Digest, why auth.Cause) (attempt, error) {
	returnTo, err := a.users.UsedAttempt(c.Request().Context(), digest)
	switch {
	case errors.Is(err, users.ErrNotFound):
		return attempt{}, badAttempt(why)
	case err != nil:
		return attempt{}, err
	case why == auth.CauseAttemptUnreadable: // begun before an upgrade, see migration 7
		return attempt{returnTo: returnTo}, badAttempt(why)
	}
	return attempt{returnTo: returnTo}, badAttempt(auth.CauseAttemptUsed)
}

// noCookie returns the cause for which an attempt has no cookie. A browser that sends none of the
// console's cookies accepts none, or began under another name of this host.
func (a *App) noCookie(c echo.Context) auth.Cause {
	for _, cookie := range c.Cookies() {
		if strings.HasPrefix(cookie.Name, a.cookieName("")) {
			return auth.CauseAttemptElsewhere
		}
	}
	return auth.CauseAttemptNoCookies
}

// badAttempt returns the error of an attempt that cannot be finished: [auth.ErrBadAttempt].
func badAttempt(cause auth.Cause) error {
	return &auth.Fault{Cause: cause, Detail: string(cause)}
}

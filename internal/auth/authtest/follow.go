package authtest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Follow requests address as a browser does and follows redirects up to redirectURL. It returns
// the query of that last redirect.
func Follow(tb testing.TB, address, redirectURL string) url.Values {
	tb.Helper()
	client := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), redirectURL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, nil)
	if err != nil {
		tb.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		tb.Fatalf("follow: %v", err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		tb.Fatalf("the provider did not send the browser back: %s", res.Status)
	}
	return back.Query()
}

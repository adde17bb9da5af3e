package authtest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Follow does what a browser does with an address of the provider: it goes there,
// and wherever it is sent, until it is sent to redirectURL. It returns what it
// would bring along there.
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

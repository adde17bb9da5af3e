// Package accept chooses what a response is sent as from what the client says that it
// accepts.
package accept

import (
	"net/http"
	"strconv"
	"strings"
)

// Coding returns that of the offered content codings to which the client gives the
// highest weight, the first of several with the same. It returns "" if the client
// accepts none of them: the response is sent as it is (RFC 9110 section 12.5.3).
func Coding(h http.Header, offered ...string) string {
	accepted := strings.Join(h.Values("Accept-Encoding"), ",")
	best, most := "", 0.0
	for _, coding := range offered {
		if q := weight(accepted, coding); q > most {
			best, most = coding, q
		}
	}
	return best
}

// weight returns the weight of a coding in the value of Accept-Encoding; that of "*" if the
// value does not name the coding.
func weight(accepted, coding string) float64 {
	others := 0.0
	for part := range strings.SplitSeq(accepted, ",") {
		name, parameter, _ := strings.Cut(part, ";")
		switch name = strings.TrimSpace(name); {
		case strings.EqualFold(name, coding):
			return quality(parameter)
		case name == "*":
			others = quality(parameter)
		}
	}
	return others
}

// quality returns the value of a parameter q, which is 1 if there is no parameter and 0 if
// it cannot be read.
func quality(parameter string) float64 {
	if parameter == "" {
		return 1
	}
	name, value, _ := strings.Cut(parameter, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !strings.EqualFold(strings.TrimSpace(name), "q") || q > 1 {
		return 0
	}
	return q
}

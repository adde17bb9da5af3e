package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// into returns a setting's read function that puts what parse makes of the text
// into to.
func into[T any](to *T, parse func(string) (T, error)) func(string) error {
	return func(text string) error {
		value, err := parse(strings.TrimSpace(text))
		if err == nil {
			*to = value
		}
		return err
	}
}

// The functions below read one setting each. Their errors say what is wrong with
// the text; which setting it is, the caller adds.

// readText takes any text but an empty one: leaving a setting out is how to say
// nothing.
func readText(text string) (string, error) {
	if text == "" {
		return "", errors.New("it is empty")
	}
	return text, nil
}

// readRole takes the name of a role.
func readRole(text string) (users.Role, error) {
	role := users.Role(text)
	if !slices.Contains(users.Roles, role) {
		return "", fmt.Errorf("%q is not user, auditor, admin or owner", text)
	}
	return role, nil
}

// readWords splits text at spaces and commas.
func readWords(text string) ([]string, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	if len(words) == 0 {
		return nil, errors.New("it is empty")
	}
	return words, nil
}

// readBool takes what strconv takes, 1 and true among them.
func readBool(text string) (bool, error) {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("%q is neither true nor false", text)
	}
	return on, nil
}

// readCount takes a number of users.
func readCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0, fmt.Errorf("%q is not a number from 0 to 1000000", text)
	}
	return n, nil
}

// readRate reads a number of requests a second, which is not zero.
func readRate(text string) (int, error) {
	n, err := readCount(text)
	if err == nil && n == 0 {
		err = errors.New("0 would refuse every request: give at least 1")
	}
	return n, err
}

// readListen takes host:port, where the host may be left out.
func readListen(text string) (string, error) {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return "", fmt.Errorf("%q is not host:port, for example 127.0.0.1:8080", text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("%q has no port from 0 to 65535", text)
	}
	return text, nil
}

// readLoopbackListen refuses an address that other machines can reach.
func readLoopbackListen(text string) (string, error) {
	address, err := readListen(text)
	if err != nil {
		return "", err
	}
	if host, _, _ := net.SplitHostPort(address); !loopback(host) {
		return "", fmt.Errorf("%q can be reached from other machines, and the demo lets anyone in as anyone: use 127.0.0.1", text)
	}
	return address, nil
}

// readBaseURL wants https, except on this very machine, and no path: cookies
// and forms belong to a whole host.
func readBaseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil:
		return nil, fmt.Errorf("%q is not an address like https://console.example.com", text)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%q must begin with https://; http:// is for this machine alone", text)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q must begin with https://", text)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%q must end after the host: the console has a host of its own", text)
	}
	u.Path, u.RawPath = "", ""
	return u, nil
}

// loopback reports whether host is this very machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// readIssuer leaves the address as it is: the provider compares every letter.
func readIssuer(text string) (string, error) {
	return text, auth.ValidateIssuer(text)
}

// readDatabase looks at the form alone; whether there is a database, and whose,
// is found out when it is opened.
func readDatabase(text string) (string, error) {
	if err := database.CheckURL(text); err != nil {
		return "", fmt.Errorf("%q is not an address like sqlite:data/console.db or postgres://USER@HOST/DATABASE", text)
	}
	return text, nil
}

// readConnections reads how many connections there are to be.
func readConnections(text string) (int, error) {
	n, err := readCount(text)
	if err == nil && n < database.LeastConnections {
		return 0, fmt.Errorf("%d are too few: give at least %d", n, database.LeastConnections)
	}
	return n, err
}

// readPrefixes reads networks, and addresses as networks of one. A network of
// everybody is refused.
func readPrefixes(text string) ([]netip.Prefix, error) {
	words, err := readWords(text)
	if err != nil {
		return nil, err
	}
	prefixes := make([]netip.Prefix, 0, len(words))
	for _, word := range words {
		prefix, err := netip.ParsePrefix(word)
		if ip, ipErr := netip.ParseAddr(word); ipErr == nil {
			prefix, err = ip.Prefix(ip.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not a network like 10.0.0.0/8", word)
		}
		if prefix.Bits() == 0 {
			return nil, fmt.Errorf("%q is everybody, who could then come from any address they like: name the proxies", word)
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes, nil
}

// readAddresses takes e-mail addresses and returns them in canonical form.
func readAddresses(text string) ([]string, error) {
	words, err := readWords(text)
	if err != nil {
		return nil, err
	}
	for i, word := range words {
		id, err := users.ParseID(word)
		if err != nil || !strings.Contains(string(id), "@") {
			return nil, fmt.Errorf("%q is not an e-mail address", word)
		}
		words[i] = string(id)
	}
	return words, nil
}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

// readHosts takes host names, which end up in the content policy: nothing that
// could end a directive there passes.
func readHosts(text string) ([]string, error) {
	words, err := readWords(strings.ToLower(text))
	if err != nil {
		return nil, err
	}
	for _, word := range words {
		if !hostName.MatchString(word) {
			return nil, fmt.Errorf("%q is not a host name like example.com", word)
		}
	}
	return words, nil
}

// readSignup takes one of the ways to sign up.
func readSignup(text string) (users.Signup, error) {
	switch s := users.Signup(text); s {
	case users.SignupInvited, users.SignupDomain, users.SignupOpen:
		return s, nil
	}
	return "", fmt.Errorf("%q is not invited, domain or open", text)
}

// readSessionTime takes a limit of sessions.
func readSessionTime(text string) (time.Duration, error) {
	d, err := readTime(text)
	if err != nil || d < time.Minute {
		return 0, fmt.Errorf("%q is not a time of at least a minute, like 12h or 90m", text)
	}
	return d, nil
}

// readRecheck takes the time after which the provider is asked again, or off.
func readRecheck(text string) (time.Duration, error) {
	if text == "off" {
		return 0, nil
	}
	d, err := readSessionTime(text)
	if err != nil {
		return 0, fmt.Errorf("%q is neither off nor a time of at least a minute, like 4h", text)
	}
	return d, nil
}

// readDrain takes a time that whoever stops the program will wait for.
func readDrain(text string) (time.Duration, error) {
	d, err := readTime(text)
	if err != nil || d < 0 || d > 10*time.Minute {
		return 0, fmt.Errorf("%q is not a time from 0s to 10m", text)
	}
	return d, nil
}

// readLogFormat takes a format that newLog knows.
func readLogFormat(text string) (string, error) {
	if text != "json" && text != "text" {
		return "", fmt.Errorf("%q is not json or text", text)
	}
	return text, nil
}

// readLogLevel takes a level by its name, without an offset.
func readLogLevel(text string) (slog.Level, error) {
	var level slog.Level
	switch strings.ToLower(text) {
	case "debug", "info", "warn", "error":
		return level, level.UnmarshalText([]byte(text))
	}
	return level, fmt.Errorf("%q is not debug, info, warn or error", text)
}

// readTime takes a length of time as Go writes it, or a number of days such as 90d.
func readTime(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time such as 90d or 12h", text)
	}
	return d, nil
}

// readDelay takes a length of time that is not negative.
func readDelay(text string) (time.Duration, error) {
	d, err := readTime(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("%q is less than nothing", text)
	}
	return d, err
}

// readTokenLifetime takes a length of time of an hour at least, or never.
func readTokenLifetime(text string) (time.Duration, error) {
	if text == "never" {
		return users.Unlimited, nil
	}
	d, err := readTime(text)
	if err == nil && d < time.Hour {
		err = fmt.Errorf("%q is less than an hour", text)
	}
	return d, err
}

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

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// into returns the read function of a setting. It stores the parsed value in to.
func into[T any](to *T, parse func(string) (T, error)) func(string) error {
	return func(text string) error {
		value, err := parse(strings.TrimSpace(text))
		if err == nil {
			*to = value
		}
		return err
	}
}

// The functions below parse the text of a setting. Their errors say what is wrong with it; the
// caller adds the name of the setting.

// readText refuses an empty text: a setting without a value is left out.
func readText(text string) (string, error) {
	if text == "" {
		return "", errors.New("it is empty")
	}
	return text, nil
}

// readRole parses the name of a role.
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

// readBool parses a value as [strconv.ParseBool] does.
func readBool(text string) (bool, error) {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("%q is neither true nor false", text)
	}
	return on, nil
}

// readCount parses a number of users.
func readCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0, fmt.Errorf("%q is not a number from 0 to 1000000", text)
	}
	return n, nil
}

// readRate parses a number of requests a second, at least one.
func readRate(text string) (int, error) {
	n, err := readCount(text)
	if err == nil && n == 0 {
		err = errors.New("0 would refuse every request: give at least 1")
	}
	return n, err
}

// readListen parses host:port. The host may be empty.
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

// readLoopbackListen parses host:port, and refuses an address that other machines can reach.
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

// readBaseURL parses a URL with https, or http on this machine, and without a path: cookies are
// for a whole host.
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

// loopback reports whether host is this machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// readIssuer validates the issuer and leaves it as it is: it is compared letter by letter.
func readIssuer(text string) (string, error) {
	return text, auth.ValidateIssuer(text)
}

// readDatabase checks the form of the URL. Opening the database checks the rest.
func readDatabase(text string) (string, error) {
	if err := database.CheckURL(text); err != nil {
		return "", fmt.Errorf("%q is not an address like sqlite:data/console.db or postgres://USER@HOST/DATABASE", text)
	}
	return text, nil
}

// readConnections parses a number of database connections.
func readConnections(text string) (int, error) {
	n, err := readCount(text)
	if err == nil && n < database.LeastConnections {
		return 0, fmt.Errorf("%d are too few: give at least %d", n, database.LeastConnections)
	}
	return n, err
}

// readPrefixes parses networks, and addresses as networks of one address. A network of all
// addresses is refused.
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
			return nil, fmt.Errorf("%q is every address, so that any client could forge its own: name the proxies", word)
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes, nil
}

// readAddresses parses e-mail addresses and returns them in canonical form.
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

// readHosts parses host names. They become part of the content security policy, so it refuses
// characters that could end a directive.
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

// readSignup parses a sign-up policy.
func readSignup(text string) (users.Signup, error) {
	switch s := users.Signup(text); s {
	case users.SignupInvited, users.SignupDomain, users.SignupOpen:
		return s, nil
	}
	return "", fmt.Errorf("%q is not invited, domain or open", text)
}

// readLogFormat parses a format of newLog.
func readLogFormat(text string) (string, error) {
	if text != "json" && text != "text" {
		return "", fmt.Errorf("%q is not json or text", text)
	}
	return text, nil
}

// readLogLevel parses the name of a level, without an offset.
func readLogLevel(text string) (slog.Level, error) {
	var level slog.Level
	switch strings.ToLower(text) {
	case "debug", "info", "warn", "error":
		return level, level.UnmarshalText([]byte(text))
	}
	return level, fmt.Errorf("%q is not debug, info, warn or error", text)
}

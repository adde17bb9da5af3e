package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/urfave/cli/v3"
)

// healthcheckCommand returns the command healthcheck, which the container image runs: the image
// contains no other HTTP client.
func (p *program) healthcheckCommand() *cli.Command {
	settings := func(c *config) []*setting {
		return append(c.tlsSettings()[:1], c.listenSetting("127.0.0.1:8080"))
	}
	return p.leaf("healthcheck", "", "exit with status 0 if the console on this machine is ready, else 1", settings, p.healthcheck)
}

// healthcheck returns an error unless the console at the listen address is ready within three
// seconds. The health check of the image waits five.
func (p *program) healthcheck(ctx context.Context, c *config, _ []string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	scheme, client := "http", http.DefaultClient
	if c.tls.Cert != "" {
		// The certificate is for the public name of the console. Nothing secret is sent.
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
		defer transport.CloseIdleConnections()
		scheme, client = "https", &http.Client{Transport: transport}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+dialAddress(c.listen)+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", answer)
	}
	return nil
}

// dialAddress returns an address at which to reach a listener at address, which may be all
// addresses of the machine.
func dialAddress(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case host == "" || err == nil && ip == netip.IPv4Unspecified():
		host = "127.0.0.1"
	case err == nil && ip == netip.IPv6Unspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}

package main

import (
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// check notes settings that contradict each other.
func (c *config) check(env lookup) {
	if c.serves {
		c.checkTLS()
		c.checkTelemetry(env)
	}
	if c.signup == users.SignupDomain && len(c.signupDomains) == 0 {
		c.mistakes.add("--signup domain needs --signup-domains")
	}
	if c.signup != users.SignupDomain && len(c.signupDomains) > 0 {
		c.mistakes.add("--signup-domains has an effect with --signup domain only")
	}
	if c.sessionRecheck > c.sessionLifetime {
		c.mistakes.add("--session-recheck is longer than --session-lifetime, so it has no effect")
	}
	if c.sessionIdle > c.sessionLifetime {
		c.mistakes.add("--session-idle is longer than --session-lifetime")
	}
}

// checkArguments notes missing and surplus arguments. wants names the arguments of the command;
// the last may be given more than once if its name ends in "...".
func (c *config) checkArguments(command, wants string, args []string) {
	names := strings.Fields(wants)
	for len(args) > len(names) && strings.HasSuffix(wants, "...") {
		names = append(names, names[len(names)-1])
	}
	for _, name := range names[min(len(args), len(names)):] {
		c.mistakes.add("%s needs an argument %s", command, strings.TrimSuffix(name, "..."))
	}
	for _, arg := range args[min(len(args), len(names)):] {
		c.mistakes.add("%s has no use for the argument %q", command, arg)
	}
}

// providerFields returns the fields of persons' records that come from claims.
func (c *config) providerFields() (fields []string) {
	for _, f := range []struct{ field, claim string }{{"department", c.departmentClaim}, {"title", c.titleClaim}, {"manager", c.managerClaim}} {
		if f.claim != "" {
			fields = append(fields, f.field)
		}
	}
	return fields
}

// address returns the address of a path of the console.
func (c *config) address(path string) string {
	return strings.TrimSuffix(c.baseURL.String(), "/") + path
}

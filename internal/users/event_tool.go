package users

import "regexp"

// knownTool is the tool of an event that is kept for good: a program that many use, with a
// version of numbers. The list names the platform's tools and the usual clients of HTTP.
var knownTool = regexp.MustCompile(`^(roboto-sdk|roboto-cli|curl|Wget|HTTPie|PostmanRuntime|insomnia|Python-urllib|python-requests|python-httpx|aiohttp|Go-http-client|` +
	`okhttp|axios|node-fetch|undici|node|Java-http-client|Apache-HttpClient|PowerShell|PHP|GuzzleHttp|Ruby|Faraday|rust-reqwest|reqwest|Terraform|Grafana)` +
	`([ /]v?[0-9]{1,4}(\.[0-9]{1,6}){0,3})?$`)

// lastingTool returns what the fixed row of an event keeps of the tool that its actor used. The
// row is never deleted, and clients choose freely what they call themselves, which may name a
// person: what is not a known program is left out, and stays in the user agent until it is
// erased.
func lastingTool(tool string) string {
	if knownTool.MatchString(tool) {
		return tool
	}
	return ""
}

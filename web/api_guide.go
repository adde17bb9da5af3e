package web

import "github.com/roboto-ai/console/views"

// apiCurl begins the commands that call the API.
const apiCurl = `curl -H "Authorization: Bearer $ROBOTO_API_KEY"`

// apiGuide explains the API from the first token on, with commands for this console.
func (a *App) apiGuide() []views.APIStep {
	base, curl := a.endpoint(), apiCurl+" "
	steps := []views.APIStep{
		{
			ID: "start", Title: "Get a token and make the first call",
			Text: []string{
				"A program sends a token with every request. Issue one on the Tokens tab of the service user that the program acts as, or under My profile for yourself. Its secret is shown once. Keep it in a secret store, not in the code.",
				"The role of the user and the scopes of the token decide what it may do.",
			},
			Code: []views.APICode{
				{ID: "start-curl", Label: "In a terminal", Text: a.curlLines()},
				{ID: "start-python", Label: "With the Python SDK", Text: a.pythonLines()},
				{ID: "start-cli", Label: "With the command line, by approval in the browser", Text: "roboto auth login --endpoint " + base},
			},
		},
		{
			ID: "errors", Title: "Read answers and errors",
			Text: []string{
				"A record comes as `{\"data\": …}`. An error comes as `{\"error\": {\"error_code\": \"…\", \"message\": \"…\"}, \"request_id\": \"…\"}`: decide by `error_code` and the status, show the message to people, and give the `request_id` when you ask for help.",
				"Repeat a request after 429 and 503, when the time in `Retry-After` is over. Each token may make 200 requests a second and ten times that at once, unless the console is set up otherwise. Do not repeat a request after another 4xx: it gets the same answer.",
			},
		},
		{
			ID: "pages", Title: "Read long lists page by page",
			Text: []string{"Send `limit`, then the `next_token` of each page as `page_token`, until it is null. Filters are those of the directory."},
			Code: []views.APICode{{ID: "pages-curl", Label: "Admins, 100 a page", Text: curl + "'" + base + "/v1/orgs/id/ORG_ID/users?role=admin&limit=100'"}},
		},
	}
	return append(steps, apiGuideChanges(base, curl)...)
}

// apiGuideChanges explains calls that change something, and those about tokens.
func apiGuideChanges(base, curl string) []views.APIStep {
	return []views.APIStep{
		{
			ID: "once", Title: "Change something once",
			Text: []string{
				"Send an `Idempotency-Key` of your choice with a change. If the answer is lost, send the same request with the same key again: it is done once, and gets the first answer for 24 hours. Calls that return a secret do not take it.",
				"To change only what you have read, send the `ETag` of the record as `If-Match`. If it was changed since, nothing is done and the answer is 412.",
			},
			Code: []views.APICode{{ID: "once-curl", Label: "Rename a user once", Text: curl + "-X PUT -H 'Idempotency-Key: rename-1' \\\n  -H 'Content-Type: application/json' -H 'X-Roboto-User-Id: ana@example.com' \\\n  -d '{\"name\":\"Ana Álvarez\"}' " + base + "/v1/users"}},
		},
		{
			ID: "rotate", Title: "Rotate a token before it expires",
			Text: []string{
				"Answers to a token that ends within 14 days have the header `Token-Expires`. A token with the scope `tokens.self` issues its own successor: store the new secret, use it, and the old token ends after the overlap. If the answer is lost, send the request again with the old token.",
				"A token that leaked ends at once with `DELETE /v1/tokens/self`.",
			},
			Code: []views.APICode{{ID: "rotate-curl", Label: "A successor, with the old token valid for one more day", Text: curl + "-X POST -H 'Content-Type: application/json' \\\n  -d '{\"overlap_seconds\":86400}' " + base + "/v1/tokens/self/rotate"}},
		},
		{
			ID: "introspect", Title: "Accept tokens in another system",
			Text: []string{
				"A system that gets a token of this console asks whether it is valid (RFC 7662), with a token of its own that has the scope `tokens.introspect`. Keep an answer for 10 seconds at most: that is how long a deactivated user or a revoked token may still get in.",
			},
			Code: []views.APICode{{ID: "introspect-curl", Label: "Ask about a token", Text: curl + "\\\n  --data-urlencode \"token=$SECRET\" --data-urlencode client_address=192.0.2.7 " + base + "/v1/tokens/introspect"}},
		},
	}
}

package views_test

import "github.com/roboto-ai/console/views"

// apiReference is a page about an API of one call.
func apiReference() views.APIReference {
	user := views.APIField{Name: "200", Type: "User", Record: "User", Text: "The user."}
	return views.APIReference{
		Chrome: top("API", ""), Document: "/v1/openapi.json",
		Guide: []views.APIStep{{
			ID: "start", Title: "Get a token", Text: []string{"Send it in the header `Authorization`."},
			Code: []views.APICode{{ID: "start-curl", Label: "In a terminal", Text: "curl https://console.example.com/v1/users"}},
		}},
		Groups: []views.APIGroup{{ID: "group-users", Name: "Users", Text: "Records of people.", Calls: []views.APICall{{
			ID: "updateUser", Method: "PUT", Path: "/v1/users", Title: "Edit a user", Text: "Null means unchanged.", Needs: "Needs a token with the scope `users.write`.",
			Params: []views.APIField{{Name: "X-Roboto-User-Id", Type: "text", Text: "Header parameter, optional."}},
			Body:   []views.APIField{{Name: "name", Type: "text or null", Text: "Optional."}}, BodyType: "application/json",
			Answer: user, Errors: []views.APIField{{Name: "404", Text: "There is no such record."}},
			Curl: "curl -X PUT 'https://console.example.com/v1/users'",
		}}}},
		Records: []views.APIRecord{{Name: "User", Fields: []views.APIField{{Name: "user_id", Type: "text"}}}},
	}
}

package httperror

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// TestEveryStatusHasACode is the contract of the API: which code goes with which status.
func TestEveryStatusHasACode(t *testing.T) {
	t.Parallel()
	want := map[int]string{
		400: "RobotoInvalidRequestException", 408: "RobotoInvalidRequestException", 413: "RobotoInvalidRequestException",
		415: "RobotoInvalidRequestException", 421: "RobotoInvalidRequestException", 422: "RobotoInvalidRequestException",
		401: "RobotoUnauthorizedException", 403: "RobotoUnauthorizedException", 404: "RobotoNotFoundException",
		405: "RobotoNotImplementedException", 501: "RobotoNotImplementedException",
		409: "RobotoConflictException", 412: "RobotoConflictException", 429: "RobotoLimitExceededException",
		500: "RobotoInternalException", 502: "RobotoInternalException", 503: "RobotoInternalException",
	}
	for status, code := range want {
		if got := Code(status); got != code {
			t.Errorf("%d: got %s, want %s", status, got, code)
		}
	}
	for _, row := range answers {
		a := Explain(fmt.Errorf("wrapped: %w", row.err))
		if want[a.Status] == "" || a.Code != want[a.Status] || a.Status != row.status || !strings.HasSuffix(strings.TrimSuffix(a.Message, "…"), ".") {
			t.Errorf("%v: got %+v", row.err, a)
		}
		if api := ForAPI(row.err); api.Status != a.Status || api.Code != a.Code || api.Message == "" {
			t.Errorf("%v: the API answers %+v", row.err, api)
		}
	}
}

// TestAnswersOfTheAPI are those that differ from the answers of a page.
func TestAnswersOfTheAPI(t *testing.T) {
	t.Parallel()
	invalid := &users.InvalidError{Fields: []users.FieldError{{Field: "name", Message: "Enter a name."}}}
	for name, test := range map[string]struct {
		err          error
		page, status int
		code, says   string
	}{
		"invalid":   {fmt.Errorf("edit: %w", invalid), 422, 400, CodeInvalidRequest, "name: Enter a name."},
		"forbidden": {&users.ForbiddenError{Why: "Only owners do that."}, 403, 403, CodeUnauthorized, "Only owners do that."},
		"a fault":   {errors.New("secret of ours"), 500, 500, CodeInternal, "request_id"},
	} {
		page, api := Explain(test.err), ForAPI(test.err)
		if page.Status != test.page || api.Status != test.status || api.Code != test.code || !strings.Contains(api.Message, test.says) || strings.Contains(api.Message, "secret") {
			t.Errorf("%s: got %+v on a page and %+v of the API", name, page, api)
		}
	}
}

package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// Values of the field as of a [tokenRequestForm]: as whom the program will act.
const (
	asSelf    = "self"
	asService = "service"
)

// tokenRequestForm is the form that approves or refuses a program's request for a token, as it
// is posted.
type tokenRequestForm struct {
	Decision string `form:"decision,required"` // approve or refuse
	As       string `form:"as"`
	Service  string `form:"service"` // user_id
	Reason   string `form:"reason"`
}

// showTokenRequest serves GET /tokens/requests/:request: the page that approves a request of
// roboto auth login.
func (a *App) showTokenRequest(c echo.Context) error {
	if isFragment(c, views.SuggestionsID("service")) {
		return a.suggestTokenUsers(c)
	}
	r, err := a.users.OpenCredentialRequest(c.Request().Context(), c.Param("request"))
	if errors.Is(err, users.ErrRequestExpired) {
		return a.tokenRequestExpired(c, r)
	} else if err != nil {
		return err
	}
	form, kept, err := keptOr(a, c, tokenRequestForm{})
	if err != nil {
		return err
	}
	m, err := a.tokenRequestPage(c, r, form, outcome{})
	if err != nil {
		return err
	}
	m.Kept = kept
	return render(c, http.StatusOK, views.TokenRequestPage(m))
}

// suggestTokenUsers answers with the service users that match what is typed.
func (a *App) suggestTokenUsers(c echo.Context) error {
	found, err := a.directory.FindTokenUsers(c.Request().Context(), actor(c), c.QueryParam("service"), maxSuggestions)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.PersonOptions(refOptions(found)))
}

// decideTokenRequest serves POST /tokens/requests/:request.
func (a *App) decideTokenRequest(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("request")
	r, err := a.users.OpenCredentialRequest(ctx, id)
	if errors.Is(err, users.ErrRequestExpired) {
		return a.tokenRequestExpired(c, r)
	} else if err != nil {
		return err
	}
	var form tokenRequestForm
	if err = bindForm(c, &form); err == nil && form.Decision == "refuse" {
		return a.refuseTokenRequest(c, r)
	}
	var code string
	as := form.user(actor(c))
	if err == nil {
		code, err = a.users.ApproveCredentialRequest(ctx, actor(c), id, users.Approval{As: as, Reason: form.Reason})
	}
	switch {
	case err == nil:
		return a.showApproved(c, r, as, code)
	case as != actor(c).ID && (errors.Is(err, users.ErrNotFound) || errors.Is(err, users.ErrForbidden)):
		err = &users.InvalidError{Fields: []users.FieldError{{Field: "service", Message: words.ChooseServiceUser}}}
	case !correctable(err):
		return err
	}
	m, pageErr := a.tokenRequestPage(c, r, form, outcomeOf(err))
	if pageErr != nil {
		return pageErr
	}
	return render(c, formStatus(err), views.TokenRequestPage(m))
}

// user returns the user_id of the user that the program will act as.
func (f tokenRequestForm) user(who users.Actor) users.ID {
	if f.As == asService {
		return users.EnteredID(f.Service)
	}
	return who.ID
}

// tokenRequestPage is the page of a request, with the form as it is filled in.
func (a *App) tokenRequestPage(c echo.Context, r users.CredentialRequest, form tokenRequestForm, o outcome) (views.TokenRequest, error) {
	who, t := actor(c), a.presenter(c)
	m := views.TokenRequest{
		Chrome: a.chrome(c, words.TokenRequested, "profile"), FormState: views.FormState{Problems: o.problems},
		Action: c.Request().URL.EscapedPath(), Machine: r.Hostname, Program: programWord(r.Version), Code: r.ConfirmationCode,
		Until: t.time(r.ExpiresAt), Allows: requestAllows(r.Lifetime), Reason: o.reasonField(form.Reason),
	}
	text := form.Service
	if o.problem("service") == "" {
		text = ""
	}
	found, err := a.directory.FindTokenUsers(c.Request().Context(), who, text, maxSuggestions)
	if err == nil && len(found) == 0 && text != "" {
		found, err = a.directory.FindTokenUsers(c.Request().Context(), who, "", maxSuggestions)
	}
	if err != nil {
		return m, err
	}
	a.chooseUser(c, &m, found, form, o)
	if (who.Role == users.RoleOwner || who.Role == users.RoleAdmin) && t.now.Sub(who.AuthTime) > users.RecentSignIn {
		m.Again = "Your sign-in is older than five minutes. For a token with the role of an admin or owner you are asked to sign in again; the form is kept."
		if who.Role == users.RoleOwner {
			m.Again = "Your sign-in is older than five minutes, so you are asked to sign in again; the form is kept."
		}
	}
	return m, nil
}

// chooseUser fills in the users that the viewer may approve for: themselves, service users, or
// none.
func (a *App) chooseUser(c echo.Context, m *views.TokenRequest, found []users.Ref, form tokenRequestForm, o outcome) {
	who, self := actor(c), a.users.PersonalTokens()
	if len(found) > 0 {
		value := form.Service
		if value == "" && len(found) == 1 {
			value = string(found[0].ID)
		}
		field := o.personField(views.Field{
			Name: "service", Label: "Service user", Value: value, Required: true, Suggest: m.Action,
			Hint: "Whose rights the program gets.",
		}, refOptions(found))
		m.Service = &field
	}
	switch {
	case self && len(found) > 0:
		m.As = asChoice(who, form.As, o)
	case self:
		m.Only, m.OnlyWho = asSelf, "The program will act as you, "+string(who.ID)+", with your role, "+string(who.Role)+"."
	case len(found) > 0:
		m.Only = asService
	default:
		a.cannotApprove(c, m)
	}
	if self && who.Role == users.RoleOwner {
		m.Warning = words.OwnerApproves
	}
}

// asChoice asks as whom the program will act.
func asChoice(who users.Actor, value string, o outcome) *views.Choice {
	return &views.Choice{
		Field: o.on(views.Field{Name: "as", Label: "The program acts as", Value: value, Required: true}),
		Options: []views.Option{
			{Value: asService, Label: "A service user", Hint: "With its role. Choose it below.", Selected: value != asSelf},
			{Value: asSelf, Label: "Yourself, " + string(who.ID), Hint: "With your role, " + string(who.Role) + ".", Selected: value == asSelf},
		},
	}
}

// cannotApprove says whom to ask, and where the program waits for the answer.
func (a *App) cannotApprove(c echo.Context, m *views.TokenRequest) {
	m.Cannot = words.CannotApprove
	m.Helpers = a.owners(c)
	if r, err := a.users.OpenCredentialRequest(c.Request().Context(), c.Param("request")); err == nil {
		m.Return = denied(r)
	}
}

// programWord says which program asks. The command line of the platform is the only one that
// speaks this protocol.
func programWord(version string) string {
	return strings.TrimSpace("Roboto command line or SDK " + version)
}

// requestAllows says what the token of a request will be allowed to do.
func requestAllows(lifetime time.Duration) []string {
	return []string{
		"Read and change users, as the role of its user allows",
		"Make, rotate and end tokens of its user, with no more rights than its own",
		"On the Roboto platform: create datasets, import and upload files",
		"For " + words.Days(int(lifetime/day)) + ", from any address",
	}
}

// refuseTokenRequest refuses a request and goes on to the program.
func (a *App) refuseTokenRequest(c echo.Context, r users.CredentialRequest) error {
	if err := a.users.RefuseCredentialRequest(c.Request().Context(), actor(c), r.ID, ""); err != nil {
		return err
	}
	m := views.TokenRequestDone{
		Chrome: a.chrome(c, "Refused", "profile"), Heading: "Refused", Return: denied(r),
		Text: "The program on " + r.Hostname + " gets no token. You can close this page.",
	}
	if m.Return == "" {
		m.Text += " Stop the program if you started it: it still waits for a code."
	}
	return render(c, http.StatusOK, views.TokenRequestDonePage(m))
}

// showApproved gives the code of an approved request to the program, or to the person who
// pastes it.
func (a *App) showApproved(c echo.Context, r users.CredentialRequest, as users.ID, code string) error {
	m := views.TokenRequestDone{
		Chrome: a.chrome(c, "Approved", "profile"), Heading: "Approved",
		Text:   "Going back to the program on " + r.Hostname + ", which fetches its token now. You can close this page afterwards.",
		Return: programAddress(r, url.Values{"code": {code}}),
		Tokens: views.Link{Label: "Go to the tokens of " + string(as), URL: tokensPath(actor(c), as)},
	}
	if m.Return == "" {
		m.Code, m.Text = code, "Paste this code into the program on "+r.Hostname+". It is valid until the request ends."
	}
	return render(c, http.StatusOK, views.TokenRequestDonePage(m))
}

// denied returns the address at which the program learns that it was refused; empty if it
// waits for a code instead.
func denied(r users.CredentialRequest) string {
	return programAddress(r, url.Values{"error": {"access_denied"}})
}

// programAddress returns the address of the program with an answer and its state (RFC 6749,
// section 4.1.2); empty if it has none.
func programAddress(r users.CredentialRequest, answer url.Values) string {
	if r.RedirectURI == "" {
		return ""
	}
	answer.Set("state", r.State)
	return r.RedirectURI + "?" + answer.Encode()
}

// tokenRequestExpired answers a request that is too old. Its program has given up.
func (a *App) tokenRequestExpired(c echo.Context, r users.CredentialRequest) error {
	const heading = "This request has expired"
	return render(c, http.StatusGone, views.ErrorPage(views.Error{
		Chrome: a.chrome(c, heading, ""), Status: "410", Heading: heading,
		Text: "The program on " + r.Hostname + " asked for a token more than ten minutes ago. Start it again, and open the address that it prints.",
		Next: a.nextFrom(c),
	}))
}

// tokensPath returns the page with the tokens of a user that the viewer may see.
func tokensPath(who users.Actor, id users.ID) string {
	if id == who.ID {
		return "/profile#tokens"
	}
	return userPath(id, "tokens")
}

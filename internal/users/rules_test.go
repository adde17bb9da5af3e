package users_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// A fieldCase is a value of one field and how it is stored, or whether it is refused.
type fieldCase struct {
	field, in string
	want      string // as stored, where it is accepted
	refused   bool
}

// fieldCases are values for the fields of a service user, which has all of them.
var fieldCases = map[string]fieldCase{
	"plain name":                  {field: "name", in: "Ana", want: "Ana"},
	"name with white space":       {field: "name", in: " \tAna Maria\u00a0\n", want: "Ana Maria"},
	"name becomes NFC":            {field: "name", in: "Jose\u0301", want: "Jos\u00e9"},
	"no name":                     {field: "name", in: "  ", want: ""},
	"longest name":                {field: "name", in: strings.Repeat("é", 200), want: strings.Repeat("é", 200)},
	"longest name decomposed":     {field: "name", in: strings.Repeat("e\u0301", 200), want: strings.Repeat("é", 200)},
	"name too long":               {field: "name", in: strings.Repeat("é", 201), refused: true},
	"name from right to left":     {field: "name", in: "فاطمة", want: "فاطمة"},
	"name with a joined emoji":    {field: "name", in: "👩\u200d🚀", want: "👩\u200d🚀"},
	"name with markup":            {field: "name", in: `"><script>`, want: `"><script>`},
	"name of two lines":           {field: "name", in: "Ana\nMaria", refused: true},
	"name with a zero byte":       {field: "name", in: "Ana\x00", refused: true},
	"name with an escape":         {field: "name", in: "\x1b[31mAna", refused: true},
	"name with C1 control":        {field: "name", in: "Ana\u0085Maria", refused: true},
	"name with line separator":    {field: "name", in: "Ana\u2028Maria", refused: true},
	"name of nothing that shows":  {field: "name", in: "\u200b\u00ad\u3164\u2800", refused: true},
	"name of an emoji":            {field: "name", in: "\U0001F469\u200d\U0001F680", want: "\U0001F469\u200d\U0001F680"},
	"name turned round":           {field: "name", in: "Ana\u202egpj.exe", refused: true},
	"name with an isolate":        {field: "name", in: "Ana\u2067x", refused: true},
	"name not UTF-8":              {field: "name", in: "An\xff", refused: true},
	"name once not UTF-8":         {field: "name", in: "An\ufffd", refused: true},
	"plain picture":               {field: "picture_url", in: " https://pics.example.com/a.png?s=1#x ", want: "https://pics.example.com/a.png?s=1#x"},
	"no picture":                  {field: "picture_url", in: " ", want: ""},
	"picture with a port":         {field: "picture_url", in: "https://pics.example.com:8443/a", want: "https://pics.example.com:8443/a"},
	"picture with scheme in caps": {field: "picture_url", in: "HTTPS://pics.example.com/a", want: "HTTPS://pics.example.com/a"},
	"longest picture":             {field: "picture_url", in: "https://e.example/" + strings.Repeat("a", 2030), want: "https://e.example/" + strings.Repeat("a", 2030)},
	"picture too long":            {field: "picture_url", in: "https://e.example/" + strings.Repeat("a", 2031), refused: true},
	"picture over http":           {field: "picture_url", in: "http://pics.example.com/a.png", refused: true},
	"picture without scheme":      {field: "picture_url", in: "//pics.example.com/a.png", refused: true},
	"picture of a path":           {field: "picture_url", in: "/a.png", refused: true},
	"picture without host":        {field: "picture_url", in: "https:///a.png", refused: true},
	"picture with a port alone":   {field: "picture_url", in: "https://:443/a.png", refused: true},
	"picture opaque":              {field: "picture_url", in: "https:pics.example.com", refused: true},
	"picture that is script":      {field: "picture_url", in: "javascript:alert(1)", refused: true},
	"picture that is script, too": {field: "picture_url", in: "JaVaScRiPt://https://x", refused: true},
	"picture that is data":        {field: "picture_url", in: "data:image/png;base64,AAAA", refused: true},
	"picture that is VBScript":    {field: "picture_url", in: "vbscript:x", refused: true},
	"picture with credentials":    {field: "picture_url", in: "https://ana:secret@pics.example.com/a", refused: true},
	"picture with a quote":        {field: "picture_url", in: `https://e.example/"onerror=x`, refused: true},
	"picture with a space":        {field: "picture_url", in: "https://e.example/a b", refused: true},
	"picture with a backslash":    {field: "picture_url", in: `https://e.example\@evil.example/`, refused: true},
	"picture with a line break":   {field: "picture_url", in: "https://e.example/\nx", refused: true},
	"picture with a bad escape":   {field: "picture_url", in: "https://e.example/%zz", refused: true},
	"picture not ASCII":           {field: "picture_url", in: "https://bücher.example/a", refused: true},
	"plain purpose":               {field: "purpose", in: " Ingests logs ", want: "Ingests logs"},
	"purpose too long":            {field: "purpose", in: strings.Repeat("x", 501), refused: true},
	"purpose with control":        {field: "purpose", in: "a\x07b", refused: true},
	"no purpose":                  {field: "purpose", in: " ", refused: true},
	"review today":                {field: "review_on", in: "2026-11-23", want: "2026-11-23"},
	"review far off":              {field: "review_on", in: " 9999-12-31 ", want: "9999-12-31"},
	"no review":                   {field: "review_on", in: "", want: ""},
	"review yesterday":            {field: "review_on", in: "2026-11-22", refused: true},
	"review on no day":            {field: "review_on", in: "2027-02-29", refused: true},
	"review in words":             {field: "review_on", in: "tomorrow", refused: true},
	"review as in America":        {field: "review_on", in: "12/31/2027", refused: true},
	"review after year 9999":      {field: "review_on", in: "10000-01-01", refused: true},
	"nobody responsible":          {field: "responsible", in: " ", refused: true},
	"missing responsible":         {field: "responsible", in: "nobody@example.com", refused: true},
	"service user responsible":    {field: "responsible", in: "other-robot", refused: true},
	"deactivated responsible":     {field: "responsible", in: "gone@example.com", refused: true},
	"invited responsible":         {field: "responsible", in: "Invited@Example.com ", want: "invited@example.com"},
	"reason too long":             {field: "reason", in: strings.Repeat("x", 501), refused: true},
	"reason not UTF-8":            {field: "reason", in: "a\xffb", refused: true},
	"reason turned round":         {field: "reason", in: "a\u202eb", refused: true},
}

// editOf returns an edit of a service user with one value other than usual.
func editOf(field, value string) users.Edit {
	f := &users.ServiceFields{Purpose: "Tests", Responsible: "owner@example.com", ReviewOn: "2027-05-01"}
	e := users.Edit{Service: f}
	switch field {
	case "name":
		e.Name = &value
	case "picture_url":
		e.PictureURL = &value
	case "purpose":
		f.Purpose = value
	case "review_on":
		f.ReviewOn = value
	case "responsible":
		f.Responsible = value
	case "reason":
		e.Reason = value
	}
	return e
}

// valueOf returns the field of u as it is stored.
func valueOf(u users.User, field string) string {
	return map[string]string{"name": u.Name, "picture_url": u.PictureURL, "purpose": u.Purpose,
		"review_on": string(u.ReviewOn), "responsible": string(u.Responsible.ID)}[field]
}

func TestFieldRules(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "other-robot", users.RoleUser)
	d.Invited(t, "invited@example.com", users.RoleUser)
	d.Person(t, "gone@example.com", users.RoleUser)
	if err := d.Deactivate(t.Context(), d.Owner, "gone@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	robot := d.ServiceUser(t, "robot", users.RoleUser)
	for name, test := range fieldCases {
		last := d.Last(t)
		after, err := d.Edit(t.Context(), d.Owner, robot.ID, editOf(test.field, test.in))
		if test.refused {
			t.Log(name) // tells which, should the next line fail
			checkMistakes(t, d, last, err, test.field)
			continue
		}
		if got := valueOf(after, test.field); err != nil || got != test.want {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, test.want)
		}
		if got := valueOf(d.Must(t, robot.ID), test.field); got != test.want {
			t.Errorf("%s: stored is %q, want %q", name, got, test.want)
		}
	}
}

func TestReasonIsTidied(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Invited(t, "ana@example.com", users.RoleUser)
	last := d.Last(t)
	err := d.Deactivate(t.Context(), d.Owner, ana.ID, users.Departure{Reason: "  Left\n\n the\tcompany, Jose\u0301 says "})
	check(t, d, last, err, nil, `owner@example.com user.deactivated ana@example.com [status: invited → deactivated] because "Left the company, José says"`)
}

// A mistaken call is one with mistakes in those fields.
type mistaken struct {
	do   func() error
	want []string
}

// mistakenEdits are calls by the owner and an admin, of fields of all sorts.
func mistakenEdits(t *testing.T, d *userstest.Directory, robot users.User, admin users.Actor) map[string]mistaken {
	t.Helper()
	bad := users.Fields{Name: new("a\x00"), PictureURL: new("ftp://x"),
		Channels: map[string]bool{"pager": true, "email": true}, Types: map[string]bool{"rumour": false}}
	service := users.ServiceFields{Purpose: strings.Repeat("x", 501), Responsible: "nobody@example.com", ReviewOn: "2020-01-01"}
	long := strings.Repeat("x", 501)
	return map[string]mistaken{
		"Edit": {func() error {
			_, err := d.Edit(t.Context(), d.Owner, robot.ID, users.Edit{Fields: bad, Service: &service, Reason: long})
			return err
		}, []string{"name", "picture_url", "channel.pager", "type.rumour", "purpose", "responsible", "review_on", "reason"}},
		"Edit of a person as a service user": {func() error {
			_, err := d.Edit(t.Context(), d.Owner, admin.ID, users.Edit{Fields: users.Fields{Channels: bad.Channels}, Service: &service})
			return err
		}, []string{"channel.pager", "purpose"}},
		"EditProfile": {func() error {
			_, err := d.EditProfile(t.Context(), admin, users.ProfileEdit{Fields: bad, TimeZone: new("Mars/Base")})
			return err
		}, []string{"name", "picture_url", "channel.pager", "type.rumour", "time_zone"}},
		"AddPerson": {func() error {
			_, err := d.AddPerson(t.Context(), admin, users.NewPerson{ID: "ana", Name: *bad.Name, PictureURL: *bad.PictureURL,
				Role: users.RoleAuditor, Channels: bad.Channels, Types: bad.Types})
			return err
		}, []string{"user_id", "name", "picture_url", "role", "channel.pager", "type.rumour"}},
		"CreateServiceUser": {func() error {
			_, err := d.CreateServiceUser(t.Context(), d.Owner, users.NewServiceUser{
				NewPerson:     users.NewPerson{ID: "new", Name: *bad.Name, PictureURL: *bad.PictureURL, Role: users.RoleOwner, Channels: bad.Channels, Types: bad.Types},
				ServiceFields: service})
			return err
		}, []string{"user_id", "name", "picture_url", "role", "channel.pager", "type.rumour", "purpose", "responsible", "review_on"}},
		"CreateServiceUser of nothing": {func() error {
			_, err := d.CreateServiceUser(t.Context(), d.Owner, users.NewServiceUser{})
			return err
		}, []string{"user_id", "purpose", "responsible"}},
	}
}

// mistakenActions are calls with few fields.
func mistakenActions(t *testing.T, d *userstest.Directory, robot users.User, admin users.Actor) map[string]mistaken {
	t.Helper()
	long := strings.Repeat("x", 501)
	return map[string]mistaken{
		"ChangeRole": {func() error {
			_, err := d.ChangeRole(t.Context(), d.Owner, robot.ID, users.RoleChange{Role: "king", Reason: long})
			return err
		}, []string{"role", "reason"}},
		"Delete": {func() error {
			return d.Delete(t.Context(), d.Owner, robot.ID, users.Deletion{Confirm: "robot2", Reason: long})
		}, []string{"confirm", "reason"}},
		"MarkReviewed": {func() error {
			_, err := d.MarkReviewed(t.Context(), d.Owner, robot.ID, users.Review{On: "x"})
			return err
		}, []string{"review_on"}},
		"Deactivate":  {func() error { return d.Deactivate(t.Context(), d.Owner, robot.ID, users.Departure{Reason: long}) }, []string{"reason"}},
		"EndSessions": {func() error { _, err := d.EndSessions(t.Context(), d.Owner, robot.ID, long); return err }, []string{"reason"}},
		"ResetSignIn": {func() error { return d.ResetSignIn(t.Context(), d.Owner, admin.ID, users.SignInReset{Reason: long}) }, []string{"reason"}},
		"EnsureOwners": {func() error {
			return userstest.NewEmpty(t).EnsureOwners(t.Context(), []string{"a", "b@c.example", "x y"})
		}, []string{"owners", "owners"}},
		"AddSystemUser": {func() error { _, err := d.AddSystemUser(t.Context(), users.Command(""), "new"); return err }, []string{"user_id"}},
	}
}

func TestEveryMistakeIsToldAtOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	robot := d.ServiceUser(t, "robot", users.RoleUser)
	admin := d.Person(t, "admin@example.com", users.RoleAdmin)
	tests := mistakenEdits(t, d, robot, admin)
	maps.Copy(tests, mistakenActions(t, d, robot, admin))
	last := d.Last(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkMistakes(t, d, last, test.do(), test.want...)
		})
	}
}

func TestTimeZone(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for zone, ok := range map[string]bool{"Europe/Zurich": true, "America/Argentina/Buenos_Aires": true, "UTC": true,
		"": false, "Local": false, "Europe/Nowhere": false, "Europe/./Zurich": false, "Europe//Zurich": false, "../../etc/passwd": false, "/etc/localtime": false, "Europe/Zurich\x00": false} {
		u, err := d.EditProfile(t.Context(), d.Owner, users.ProfileEdit{TimeZone: &zone})
		if (err == nil) != ok || ok && u.TimeZone != zone || !ok && userstest.Mistakes(err)[0] != "time_zone" {
			t.Errorf("time zone %q: got %q, %v", zone, u.TimeZone, err)
		}
	}
}

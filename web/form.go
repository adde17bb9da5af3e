package web

import (
	"cmp"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// bindForm fills a form from the body of the request. The form is a pointer to a
// struct of strings, int64s, bools (for tick boxes, "on" or absent) and lists of strings
// (for tick boxes of one name) with tags form:"name"; embedded structs, and pointers to them that are not nil, count as part of it.
//
// Only the tagged names may be posted: that is how a field is kept from an actor. A name
// that is tagged as required, such as form:"version,required", must be there.
// Every other name, a name with two values and a number that is none are returned
// together as an [*users.InvalidError]; the form is filled with the rest all the
// same, to be shown again. Names that may not be posted are logged and recorded
// once the handler is done.
func bindForm(c echo.Context, form any) error {
	var bad users.InvalidError
	targets := map[string]reflect.Value{}
	required := formTargets(reflect.ValueOf(form).Elem(), targets)
	known := requestOf(c.Request())
	for _, name := range required {
		if !posted(c).Has(name) {
			bad.Fields = append(bad.Fields, users.FieldError{Field: name, Message: "The form came without its " + name + ", so nothing was changed. Open the page again and fill it in there."})
		}
	}
	for name, values := range posted(c) {
		if name == formField && known.page != "" { // read already, see [App.once]
			continue
		}
		target, ok := targets[name]
		switch { // a value that is refused leaves its field as it was
		case !ok:
			known.refused = append(known.refused, name)
			bad.Fields = append(bad.Fields, users.FieldError{Field: firstRunes(name, maxName), Message: fmt.Sprintf("You cannot set “%s” here.", words.Shorten(words.Plain(name), 40))})
		case target.Kind() == reflect.Slice:
			target.Set(reflect.ValueOf(slices.Clone(values)))
		case len(values) != 1:
			bad.Fields = append(bad.Fields, users.FieldError{Field: name, Message: words.SentTwice})
		case !setField(target, values[0]):
			bad.Fields = append(bad.Fields, users.FieldError{Field: name, Message: words.NotANumber})
		}
	}
	if len(bad.Fields) == 0 {
		return nil
	}
	slices.SortFunc(bad.Fields, func(x, y users.FieldError) int { return cmp.Compare(x.Field, y.Field) })
	return &bad
}

// posted returns the values in the body of the request, never those of its
// address; limitSizes has read them.
func posted(c echo.Context) url.Values { return c.Request().PostForm }

// formTargets collects the fields of a form by their names, and returns the names of
// those that are required.
func formTargets(form reflect.Value, targets map[string]reflect.Value) (required []string) {
	for i := range form.NumField() {
		field := form.Type().Field(i)
		name, option, _ := strings.Cut(field.Tag.Get("form"), ",")
		switch {
		case field.Anonymous && form.Field(i).Kind() == reflect.Pointer && form.Field(i).IsNil():
		case field.Anonymous: // an embedded form
			required = append(required, formTargets(reflect.Indirect(form.Field(i)), targets)...)
		case name != "":
			targets[name] = form.Field(i)
			if option == "required" {
				required = append(required, name)
			}
		}
	}
	return required
}

// setField sets a field of a form as posted. It reports false for a number that
// is none.
func setField(field reflect.Value, value string) bool {
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Bool:
		field.SetBool(value == "on")
	case reflect.Int64:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 1 { // versions are counted from 1
			return false
		}
		field.SetInt(n)
	default:
		panic("web: a form has strings, int64s, bools and lists of strings, not " + field.Type().String())
	}
	return true
}

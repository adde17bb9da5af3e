package web

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// expiryForm are the fields that say when a token ends.
type expiryForm struct {
	Expiry string `form:"expiry,required"` // days, expiryDate or expiryNever
	EndsOn string `form:"ends_on"`         // last day, with expiryDate
}

// What an expiryForm may hold instead of a number of days.
const (
	expiryDate  = "date"
	expiryNever = "never"
)

// offeredDays are the lifetimes that are offered, and usualDays the one that is proposed.
var offeredDays = []int{30, 90, 180, 365}

const usualDays = 90

// lifetimes returns the lifetimes in days that are offered where tokens last most at most:
// where that is shorter than all of them, it alone.
func lifetimes(most time.Duration) []int {
	if most == users.Unlimited {
		return offeredDays
	}
	days := slices.DeleteFunc(slices.Clone(offeredDays), func(n int) bool { return time.Duration(n)*day > most })
	if n := int(most / day); len(days) == 0 && n > 0 {
		return []int{n}
	}
	return days
}

// expiryOf returns the form as it is shown at first, with a lifetime in days if that is
// offered, else the usual one.
func expiryOf(days int, most time.Duration) expiryForm {
	offered := lifetimes(most)
	switch {
	case slices.Contains(offered, days):
		return expiryForm{Expiry: strconv.Itoa(days)}
	case slices.Contains(offered, usualDays):
		return expiryForm{Expiry: strconv.Itoa(usualDays)}
	case len(offered) == 0:
		return expiryForm{Expiry: expiryDate}
	}
	return expiryForm{Expiry: strconv.Itoa(offered[len(offered)-1])}
}

// lifetime returns what the form asks for, where tokens last most at most. A last day ends at
// midnight where the viewer is; the last one that there may be is cut by the hours over.
func (f expiryForm) lifetime(t presenter, most time.Duration) (lifetime time.Duration, never bool, err error) {
	switch f.Expiry {
	case expiryNever:
		return 0, true, nil
	case expiryDate:
		lifetime, err = t.until("ends_on", f.EndsOn)
		if most != users.Unlimited && lifetime > most && lifetime-day < most {
			lifetime = most
		}
		return lifetime, false, err
	}
	days, err := strconv.Atoi(f.Expiry)
	if err != nil || days < 1 || days > maxDays {
		return 0, false, formError("expiry", words.ChooseEnd)
	}
	return time.Duration(days) * day, false, nil
}

// maxDays is a number of days that a time.Duration can hold.
const maxDays = 100_000

// until returns how long it is until the end of a day, which a field holds.
func (t presenter) until(field, value string) (time.Duration, error) {
	last, err := time.ParseInLocation(time.DateOnly, value, t.zone)
	if err != nil {
		return 0, formError(field, words.ChooseDay)
	}
	span := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, t.zone).Sub(t.now)
	if span <= 0 {
		return 0, formError(field, words.ChooseLaterDay)
	}
	return span, nil
}

// formError is what is wrong with one field.
func formError(field, message string) error {
	return &users.InvalidError{Fields: []users.FieldError{{Field: field, Message: message}}}
}

// fieldErrors returns the domain's [*users.InvalidError] with the names of the form's fields: a
// mistake in the expiry is at the field that was used, with the message of wrong if there is one.
func (f expiryForm) fieldErrors(err error, wrong error) error {
	bad, ok := errors.AsType[*users.InvalidError](err)
	if !ok {
		return err
	}
	mapped := &users.InvalidError{Fields: slices.Clone(bad.Fields)}
	if own, ok := errors.AsType[*users.InvalidError](wrong); ok {
		mapped.Fields = slices.DeleteFunc(mapped.Fields, func(p users.FieldError) bool { return p.Field == "expiry" })
		mapped.Fields = append(mapped.Fields, own.Fields...)
	}
	for i := range mapped.Fields {
		if mapped.Fields[i].Field == "expiry" && f.Expiry == expiryDate {
			mapped.Fields[i].Field = "ends_on"
		}
	}
	return mapped
}

// expiryFields ask when a token ends.
func (t presenter) expiryFields(o outcome, label string, f expiryForm, most time.Duration) (views.Choice, views.Field) {
	c := views.Choice{Field: o.on(views.Field{Name: "expiry", Label: label, Value: f.Expiry, Required: true})}
	for _, n := range lifetimes(most) {
		c.Options = append(c.Options, views.Option{
			Value: strconv.Itoa(n), Label: "In " + words.Days(n) + ", on " + words.Day(t.now.Add(time.Duration(n)*day).In(t.zone)),
		})
	}
	c.Options = append(c.Options, views.Option{Value: expiryDate, Label: "On a date"})
	if most == users.Unlimited {
		c.Options = append(c.Options, views.Option{Value: expiryNever, Label: "Never"})
	}
	for i := range c.Options {
		c.Options[i].Selected = c.Options[i].Value == f.Expiry
	}
	return c, o.on(views.Field{Name: "ends_on", Label: "Last day", Type: "date", Value: f.EndsOn, Required: true})
}

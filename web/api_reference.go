package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/api"
)

// readAPIDocument reads the OpenAPI document once.
var readAPIDocument = sync.OnceValues(func() (*apiDocument, error) {
	d := new(apiDocument)
	return d, json.Unmarshal(api.Document, d)
})

// apiReference serves GET /api: the page about the API.
func (a *App) apiReference(c echo.Context) error {
	d, err := readAPIDocument()
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.APIPage(views.APIReference{
		Chrome: a.chrome(c, "API", "api"), Document: "/v1/openapi.json",
		Guide: a.apiGuide(), Groups: d.groups(a.endpoint()), Records: d.records(),
	}))
}

// groups returns the calls of the document by their tags, without those that are not offered.
func (d *apiDocument) groups(base string) []views.APIGroup {
	all := make([]views.APIGroup, len(d.Tags))
	for i, tag := range d.Tags {
		all[i] = views.APIGroup{ID: "group-" + strings.ToLower(strings.ReplaceAll(tag.Name, " ", "-")), Name: tag.Name, Text: tag.Description}
	}
	for _, path := range d.Paths {
		for _, method := range path.value {
			if !slices.ContainsFunc(method.value.Responses, func(r member[apiResponse]) bool { return r.name == "200" }) {
				continue
			}
			i := slices.IndexFunc(d.Tags, func(t apiTag) bool { return slices.Contains(method.value.Tags, t.Name) })
			all[i].Calls = append(all[i].Calls, d.call(base, path.name, strings.ToUpper(method.name), method.value))
		}
	}
	return all
}

// call returns one call.
func (d *apiDocument) call(base, path, method string, o apiOperation) views.APICall {
	c := views.APICall{ID: o.ID, Method: method, Path: path, Title: o.Summary, Text: o.Description, Needs: o.needs()}
	example := path
	for _, p := range o.Parameters {
		if p.Ref != "" {
			p, _ = d.Components.Parameters.get(p.Ref)
		}
		if p.In == "path" && p.Example != "" {
			example = strings.ReplaceAll(example, "{"+p.Name+"}", url.PathEscape(p.Example))
		}
		c.Params = append(c.Params, d.field(p.Name, p.Schema, sentence(p.In+" parameter", !p.Required)+p.Description))
	}
	for _, media := range o.Body.Content {
		c.BodyType = media.name
		c.Body = d.fields(media.value.Schema)
	}
	for _, r := range o.Responses {
		f := d.answer(r.name, r.value)
		switch {
		case r.name == "200":
			c.Answer = f
		case r.name != "default":
			c.Errors = append(c.Errors, f)
		}
	}
	c.Curl = o.curl(method, base+example)
	return c
}

// sentence returns what a parameter is, as a sentence.
func sentence(what string, optional bool) string {
	if optional {
		what += ", optional"
	}
	return strings.ToUpper(what[:1]) + what[1:] + ". "
}

// needs says what a token must have for the call.
func (o apiOperation) needs() string {
	switch {
	case o.Security != nil && len(*o.Security) == 0:
		return "Needs no token."
	case o.Scope == "":
		return "Needs a token, of any scope."
	}
	return "Needs a token with the scope `" + o.Scope + "`."
}

// answer returns what a call answers with that status.
func (d *apiDocument) answer(status string, r apiResponse) views.APIField {
	if r.Ref != "" {
		r, _ = d.Components.Responses.get(r.Ref)
	}
	f := views.APIField{Name: status, Text: r.Description}
	for _, media := range r.Content {
		s := media.value.Schema
		if data, _ := s.Properties.get("data"); len(data.Type) > 0 || data.Ref != "" || len(data.OneOf) > 0 {
			s = data
		}
		if status == "200" {
			f.Type, f.Record = d.words(s)
		}
		if f.Type == "null" || f.Type == "object" {
			f.Type = ""
		}
	}
	return f
}

// fields returns the members of a body or record.
func (d *apiDocument) fields(s apiSchema) []views.APIField {
	if s.Ref != "" {
		s, _ = d.Components.Schemas.get(s.Ref)
	}
	all := make([]views.APIField, len(s.Properties))
	for i, p := range s.Properties {
		text := p.value.Description
		if !slices.Contains(s.Required, p.name) {
			text = "Optional. " + text
		}
		all[i] = d.field(p.name, p.value, text)
	}
	return all
}

// field returns a value that is sent or answered.
func (d *apiDocument) field(name string, s apiSchema, text string) views.APIField {
	words, record := d.words(s)
	return views.APIField{Name: name, Type: words, Record: record, Text: text}
}

// records returns what answers hold.
func (d *apiDocument) records() []views.APIRecord {
	sent := map[string]bool{} // which the calls show themselves
	for _, path := range d.Paths {
		for _, method := range path.value {
			for _, media := range method.value.Body.Content {
				_, name := d.Components.Schemas.get(media.value.Schema.Ref)
				sent[name] = true
			}
		}
	}
	var all []views.APIRecord
	for _, s := range d.Components.Schemas {
		if len(s.value.Properties) > 0 && !sent[s.name] {
			all = append(all, views.APIRecord{Name: s.name, Fields: d.fields(s.value)})
		}
	}
	return all
}

// curl returns a command that makes the call.
func (o apiOperation) curl(method, address string) string {
	line := apiCurl
	if o.Security != nil && len(*o.Security) == 0 {
		line = "curl"
	}
	if method != http.MethodGet {
		line += " -X " + method
	}
	for _, media := range o.Body.Content {
		if media.name == "application/json" {
			line += " -H 'Content-Type: application/json'"
			line += " \\\n  -d '" + string(media.value.Example) + "'"
			continue
		}
		var form map[string]string
		_ = json.Unmarshal(media.value.Example, &form) // of a document of ours, which a test reads
		for name, value := range form {
			line += " \\\n  --data-urlencode '" + name + "=" + value + "'"
		}
	}
	return line + " \\\n  '" + address + "'"
}

package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// An apiDocument is what the page about the API reads of its OpenAPI document.
type apiDocument struct {
	Tags       []apiTag                       `json:"tags"`
	Paths      members[members[apiOperation]] `json:"paths"`
	Components struct {
		Parameters members[apiParameter] `json:"parameters"`
		Responses  members[apiResponse]  `json:"responses"`
		Schemas    members[apiSchema]    `json:"schemas"`
	} `json:"components"`
}

type apiTag struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type apiOperation struct {
	ID          string               `json:"operationId"`
	Tags        []string             `json:"tags"`
	Summary     string               `json:"summary"`
	Description string               `json:"description"`
	Scope       string               `json:"x-scope"`
	Security    *[]any               `json:"security"` // empty: no token is needed
	Parameters  []apiParameter       `json:"parameters"`
	Body        apiContent           `json:"requestBody"`
	Responses   members[apiResponse] `json:"responses"`
}

type apiParameter struct {
	Ref         string    `json:"$ref"`
	Name        string    `json:"name"`
	In          string    `json:"in"`
	Description string    `json:"description"`
	Required    bool      `json:"required"`
	Schema      apiSchema `json:"schema"`
	Example     string    `json:"example"`
}

type apiResponse struct {
	Ref         string `json:"$ref"`
	Description string `json:"description"`
	apiContent
}

type apiContent struct {
	Content members[apiMedia] `json:"content"`
}

type apiMedia struct {
	Schema  apiSchema       `json:"schema"`
	Example json.RawMessage `json:"example"`
}

type apiSchema struct {
	Ref         string             `json:"$ref"`
	Type        apiTypes           `json:"type"`
	Format      string             `json:"format"`
	Description string             `json:"description"`
	Enum        []string           `json:"enum"`
	Const       string             `json:"const"`
	Minimum     *int               `json:"minimum"`
	Maximum     *int               `json:"maximum"`
	Items       *apiSchema         `json:"items"`
	OneOf       []apiSchema        `json:"oneOf"`
	Properties  members[apiSchema] `json:"properties"`
	Required    []string           `json:"required"`
}

// apiTypes are the types that a value may have: one, or a list of them.
type apiTypes []string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *apiTypes) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("[")) {
		return json.Unmarshal(b, (*[]string)(t))
	}
	*t = apiTypes{""}
	return json.Unmarshal(b, &(*t)[0])
}

// members are the members of a JSON object in their order.
type members[T any] []member[T]

type member[T any] struct {
	name  string
	value T
}

// UnmarshalJSON implements [json.Unmarshaler].
func (m *members[T]) UnmarshalJSON(b []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(b))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		one := member[T]{name: fmt.Sprint(name)}
		if err := decoder.Decode(&one.value); err != nil {
			return err
		}
		*m = append(*m, one)
	}
	return nil
}

// get returns the member that a reference leads to, such as "#/components/schemas/User", and
// its name.
func (m members[T]) get(ref string) (value T, name string) {
	name = ref[strings.LastIndexByte(ref, '/')+1:]
	if i := slices.IndexFunc(m, func(one member[T]) bool { return one.name == name }); i >= 0 {
		value = m[i].value
	}
	return value, name
}

// words says in words what a value may be, and names the record that it holds, if any.
func (d *apiDocument) words(s apiSchema) (words, record string) {
	switch {
	case s.Ref != "":
		found, name := d.Components.Schemas.get(s.Ref)
		if len(found.Properties) > 0 {
			return name, name
		}
		return d.words(found)
	case len(s.OneOf) > 0:
		for i, one := range s.OneOf {
			w, r := d.words(one)
			if words, record = words+w, r; i < len(s.OneOf)-1 {
				words += ", or "
			}
		}
		return words, record
	case s.Const != "":
		return "`" + s.Const + "`", ""
	}
	var all []string
	for _, t := range s.Type {
		w, r := d.typeWords(t, s)
		all, record = append(all, w), record+r
	}
	return strings.Join(all, " or "), record
}

// typeWords says in words what a value of one type may be.
func (d *apiDocument) typeWords(t string, s apiSchema) (words, record string) {
	switch t {
	case "string":
		switch {
		case len(s.Enum) > 0:
			return strings.Join(s.Enum, ", "), ""
		case s.Format == "date-time":
			return "time", ""
		}
		return "text", ""
	case "integer":
		if s.Minimum != nil && s.Maximum != nil {
			return fmt.Sprintf("whole number, %d to %d", *s.Minimum, *s.Maximum), ""
		}
		return "whole number", ""
	case "boolean":
		return "true or false", ""
	case "array":
		w, r := d.words(*s.Items)
		return "list of " + w, r
	}
	return t, ""
}

package history_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// wordTests are reasons of events, with texts that find the event and others that do not.
var wordTests = map[string]struct {
	reason string
	found  []string
	not    []string
}{
	"words in any order, whole or begun": {"Moved to the Berlin office", []string{"berlin", "office moved", "berl", "of mo", "BERLIN"}, []string{"erlin", "berlins", "berlin paris"}},
	"one character is a whole word":      {"plan B of Anna", []string{"b", "B plan", "of"}, []string{"a", "p"}},
	"parts of an address":                {"ana.garcia@example.com", []string{"ana", "garcia", "example", "ana.garcia@example.com", "garcia@ex", "<ana.garcia@example.com>", "mailto:ana.garcia@example.com"}, []string{"nagarcia", "xample"}},
	"accents and case":                   {"José Żółć", []string{"jose", "JOSÉ", "zolc", "jose zo"}, nil},
	"umlauts as pairs":                   {"Jürgen Groß", []string{"juergen", "jurgen", "Jürgen", "gross", "groß"}, nil},
	"pairs as umlauts":                   {"Juergen", []string{"juergen", "Jürgen"}, []string{"jurgen"}},
	"an apostrophe of any kind":          {"Mara O’Neill", []string{"o'neill", "neill", "O´Neill", "oneill"}, []string{"eill"}},
	"a name as one word":                 {"Jeanpierre", []string{"jean-pierre"}, []string{"pierre"}},
	"Japanese with a space":              {"鈴木 愛子", []string{"鈴木愛子", "鈴木 愛子"}, nil},
	"Japanese without spaces":            {"東京の山田太郎さん", []string{"山田", "太郎", "山田太郎", "京の", "東", "ん"}, []string{"山太", "田山"}},
	"Korean without spaces":              {"김민준", []string{"김민준", "민준", "김", "준"}, []string{"김준"}},
	"the end of a long text":             {strings.Repeat("ก", 90) + "ขคงจ", []string{"ขคงจ", "กขค", strings.Repeat("ก", 90) + "ขค"}, []string{"ขง"}},
	"a word longer than the index has":   {strings.Repeat("a", 90), []string{strings.Repeat("a", 90), "aaa"}, nil},
	"scripts that touch":                 {"VIP山田2號", []string{"vip", "山田", "2", "號"}, []string{"ip"}},
	"marks that are part of a letter":    {"हिन्दी भाषा", []string{"हिन्दी", "भाषा", "भा"}, []string{"षा"}},
	"numbers":                            {"Ticket #4711-22", []string{"4711", "#4711", "4711-22", "47"}, []string{"711"}},
	"quotation marks and signs are none": {`long "leave" (100%)`, []string{`"long leave"`, "leave", "100%", "(100%)", "leave!"}, nil},
	"a word of signs alone is in none":   {"100% & more", nil, []string{"%", "&", "%%"}},
	"hostile to an index":                {"it's a * AND (b) OR c:d", []string{"AND", "it's", "or", "c:d", "b)", "*AND"}, []string{"NOT", `' OR 1`, `x":*`}},
}

// TestEventsByWords searches for an event by the words of its reason, without an index and with
// one.
func TestEventsByWords(t *testing.T) {
	t.Parallel()
	for name, test := range wordTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.ServiceUser(t, "zz9", users.RoleUser)
			_, err := d.Edit(t.Context(), users.Command(""), "zz9", users.Edit{Fields: users.Fields{Name: new("Zz")}, Reason: test.reason})
			if err != nil {
				t.Fatal(err)
			}
			for _, index := range []func(testing.TB){func(testing.TB) {}, d.Index} {
				index(t)
				for _, text := range test.found {
					if found, _ := d.Find(t, history.Query{Text: text, Action: users.ActionEdited}); len(found) != 1 {
						t.Errorf("%q does not find it", text)
					}
				}
				for _, text := range test.not {
					if found, _ := d.Find(t, history.Query{Text: text, Action: users.ActionEdited}); len(found) != 0 {
						t.Errorf("%q finds it", text)
					}
				}
			}
		})
	}
}

// TestEventsByWords_limits searches for long texts and for many words.
func TestEventsByWords_limits(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for text, want := range map[string]bool{
		strings.Repeat("a", 200): true, strings.Repeat("a", 201): false, strings.Repeat("é", 200): true, strings.Repeat("山", 201): false,
		"a b c d e f g h i j k l m n o p": true, "a b c d e f g h i j k l m n o p q": false, strings.Repeat("ab ", 60): true, strings.Repeat("x", 50_000): false,
	} {
		_, err := d.History.Events(t.Context(), d.Owner, history.Query{Text: text})
		if _, invalid := errors.AsType[*users.InvalidError](err); invalid == want {
			t.Errorf("%.30q… of %d bytes: got %v", text, len(text), err)
		}
	}
}

//go:build postgres

package users_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// locales are those that databases are made with: one that knows bytes alone, Debian's, and
// two of languages that sort and fold in their own ways.
var locales = map[string]string{
	"C":       `LOCALE 'C'`,
	"C.UTF-8": `LOCALE 'C.UTF-8'`,
	"German":  `LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C.UTF-8'`,
	"Turkish": `LOCALE_PROVIDER icu ICU_LOCALE 'tr' LOCALE 'C.UTF-8'`,
}

// fromEverywhere are people from everywhere, and of names that a language puts in an order of its own.
var fromEverywhere = []string{
	"Zoë Ångström", "ana", "Ana", "Änne Öztürk", "Aenne", "İpek Işık", "ipek ışık", "IPEK", "Łukasz Żółć", "山田 太郎", "김민준", "Ünal", "Unal", "straße", "STRASSE",
	"Mara O’Neill", "Anne-Marie", "Anne Marie", "AnneMarie", "Ελένη", "Елена", "محمد", "50%_x", `back\slash`, "5001", "",
}

// answers returns all that a directory of these people answers to searches and in orders.
func answers(t *testing.T, url string) map[string][]users.ID {
	t.Helper()
	d := userstest.NewAt(t, url)
	for i, name := range fromEverywhere {
		id := fmt.Sprintf("%c-%d", 'a'+rune(i*7%26), i)
		if _, err := d.CreateServiceUser(t.Context(), users.Command(""), users.NewServiceUser{NewPerson: users.NewPerson{ID: id, Name: name}}); err != nil {
			t.Fatal(err)
		}
	}
	all := map[string][]users.ID{}
	for _, text := range append([]string{"an", "ann", "aenne", "strasse", "ışık", "isik", "IPEK", "i", "ı", "%", "_", `\`, "50%", "ελε", "елена", "太", "민준", "'", "anne marie"}, fromEverywhere...) {
		for _, sort := range []directory.Sort{"name", "-name", "id", "created"} {
			page, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Text: text, Sort: sort, Limit: 50})
			if err != nil {
				t.Fatal(err)
			}
			all[fmt.Sprintf("%q by %s", text, sort)] = userstest.IDs(page.Users)
		}
	}
	return all
}

// TestLocales compares what databases of several locales answer with what SQLite does.
func TestLocales(t *testing.T) {
	t.Parallel()
	want := answers(t, databasetest.SQLiteURL(t))
	for name, locale := range locales {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := answers(t, databasetest.NewPostgres(t, `ENCODING 'UTF8' `+locale+` TEMPLATE template0`))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-SQLite +PostgreSQL):\n%s", diff)
			}
		})
	}
	if n := len(want[`"" by name`]); n != len(fromEverywhere)+1 {
		t.Errorf("everyone are %d", n)
	}
}

package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// TestSecretIsOnOnePage issues a token on a page and looks for its secret everywhere else: on
// every page that there is, in the answer to the same form, in the program's log and in every
// row of the database, kept forms and events too.
func TestSecretIsOnOnePage(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	at := fleetTokens + "/new"
	form := set(b.get(t, at).form(t, at), "name", "Nightly report")
	secret := secretIn(b.post(t, at, form).must(t, http.StatusOK).body)
	body := strings.TrimPrefix(secret, "usr_pat_")[:20]
	if body == "" {
		t.Fatal("there is no secret")
	}
	again := b.post(t, at, form).must(t, http.StatusSeeOther)
	pages := map[string]string{"the list after the same form": b.follow(t, again).body, "cookies": fmt.Sprint(b.client.Jar.Cookies(again.url))}
	for _, r := range s.app.Routes() {
		if r.Method == http.MethodGet {
			path := strings.Replace(r.Path, ":id", "fleet", 1)
			if all, err := s.Tokens(t.Context(), s.Owner, "fleet"); err == nil {
				path = strings.Replace(path, ":token", string(all[0].ID), 1)
			}
			pages[path] = b.get(t, strings.NewReplacer(":seq", fmt.Sprint(s.Last(t)), "*", "none").Replace(path)).body
		}
	}
	deactivated(t, s, b, "fleet") // so that its events say more
	pages["the audit log"], pages["own data"] = b.get(t, "/audit").body, b.get(t, "/profile/data").body
	pages["the log"] = s.log.String()
	for table, rows := range s.rows(t) {
		pages["table "+table] = rows
	}
	for where, text := range pages {
		if strings.Contains(text, body) {
			t.Errorf("the secret is in %s", where)
		}
	}
}

// rows returns every row of every table, as text.
func (s *site) rows(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range s.tables(t) {
		rows, err := s.DB.Reads().QueryContext(t.Context(), "SELECT * FROM "+table)
		if err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		columns, err := rows.Columns()
		for err == nil && rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			err = rows.Scan(values...)
			for _, v := range values {
				all[table] += fmt.Sprintf("%s\n", *v.(*any))
			}
		}
		if err != nil || rows.Err() != nil || rows.Close() != nil {
			t.Fatalf("%s: %v %v", table, err, rows.Err())
		}
	}
	return all
}

// tables are the names of all tables.
func (s *site) tables(t *testing.T) (names []string) {
	t.Helper()
	query := map[database.Engine]string{
		database.SQLite:     `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'`,
		database.PostgreSQL: `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`,
	}[s.DB.Engine()]
	rows, err := s.DB.Reads().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil || len(names) < 10 {
		t.Fatalf("%d tables, %v", len(names), err)
	}
	return names
}

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A statement is one that an edit was seen to run, with the names of the values
// that it takes.
type statement struct {
	text  string
	takes []string // "table.column" of what is written, "by column" of what is looked for
}

var (
	placeholder = regexp.MustCompile(`\$(\d+)`)
	assignment  = regexp.MustCompile(`(\w+) = (?:NULLIF\()?\$(\d+)`)
	inserted    = regexp.MustCompile(`^\s*INSERT INTO (\w+) \(([^)]*)\)`)
	rowOfMany   = regexp.MustCompile(`INSERT INTO (\w+) \(([^)]*)\)\s+VALUES \(([^)]*)\)`)
	updated     = regexp.MustCompile(`^\s*UPDATE (\w+)\s`)
)

// understand returns the statement with that text. It returns an error where it
// cannot tell what one of the values is.
func understand(text string) (statement, error) {
	n := 0
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		number, _ := strconv.Atoi(found[1])
		n = max(n, number)
	}
	s := statement{text, make([]string, n)}
	if strings.HasPrefix(text, "WITH") {
		s.insertMany(text)
	} else if insert := inserted.FindStringSubmatch(text); insert != nil {
		columns := strings.Split(insert[2], ",")
		for i := range min(n, len(columns)) { // what is computed stands first
			s.takes[n-1-i] = insert[1] + "." + strings.TrimSpace(columns[len(columns)-1-i])
		}
	} else {
		s.assign(text)
	}
	if slices.Contains(s.takes, "") {
		return s, fmt.Errorf("the bench does not know what this statement takes; teach internal/bench/bare.go:\n%s", text)
	}
	return s, nil
}

// insertMany names the values of the rows that one statement writes to several tables.
func (s statement) insertMany(text string) {
	for _, row := range rowOfMany.FindAllStringSubmatch(text, -1) {
		columns := strings.Split(row[2], ",")
		for i, value := range placeholder.FindAllStringSubmatch(row[3], len(columns)) {
			number, _ := strconv.Atoi(value[1])
			s.takes[number-1] = row[1] + "." + strings.TrimSpace(columns[i])
		}
	}
}

// assign names the values of an update and of a condition.
func (s statement) assign(text string) {
	table := ""
	if update := updated.FindStringSubmatch(text); update != nil {
		table = update[1]
	}
	where := strings.LastIndex(text, "WHERE")
	for _, at := range assignment.FindAllStringSubmatchIndex(text, -1) {
		column := text[at[2]:at[3]]
		number, _ := strconv.Atoi(text[at[4]:at[5]])
		if at[0] > where {
			s.takes[number-1] = "by " + column
		} else {
			s.takes[number-1] = table + "." + column
		}
	}
}

// A bareEdit runs the statements of an edit without anything around them.
type bareEdit struct {
	db         *database.DB
	begin      string // the statements that begin it, where they were seen
	statements []statement
	actor      map[string]any // columns of who edits
	users      []map[string]any
}

// newBareEdit returns the edit of some users that runs the recorded statements.
func newBareEdit(ctx context.Context, db *database.DB, seen []ran, ids []string) (*bareEdit, error) {
	b := &bareEdit{db: db}
	for _, one := range seen {
		if strings.HasPrefix(one.text, "BEGIN") {
			b.begin = one.text
			continue
		}
		s, err := understand(one.text)
		if err != nil {
			return nil, err
		}
		b.statements = append(b.statements, s)
	}
	var err error
	if b.actor, err = recordOf(ctx, db, viewer); err != nil {
		return nil, err
	}
	for _, id := range ids {
		u, err := recordOf(ctx, db, id)
		if err != nil {
			return nil, err
		}
		b.users = append(b.users, u)
	}
	return b, nil
}

// recordOf returns the columns of a user as they are stored.
func recordOf(ctx context.Context, db *database.DB, id string) (map[string]any, error) {
	rows, err := db.Reads().QueryContext(ctx, `SELECT * FROM users WHERE user_id = $1`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	if !rows.Next() {
		return nil, fmt.Errorf("there is no user %s", id)
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	record := map[string]any{}
	for i, name := range names {
		record[name] = values[i]
	}
	return record, nil
}

// do edits the next user.
func (b *bareEdit) do(ctx context.Context, turn int) error {
	return b.edit(turn, func(values map[string]any) error {
		return b.db.Transact(ctx, func(tx *sql.Tx) error {
			return b.run(values, func(text string, args []any) (int64, error) { return runOne(ctx, tx, text, args) })
		})
	})
}

// edit turns a notification of the next user on, or off again, in a transaction with the
// values that its statements take.
func (b *bareEdit) edit(turn int, transact func(values map[string]any) error) error {
	u := b.users[turn%len(b.users)]
	after := maps.Clone(u)
	after["version"], after["updated_at"] = u["version"].(int64)+1, b.now()
	after["channels"] = toggled(u["channels"].(string))
	values := map[string]any{
		"by key": u["key"], "by version": u["version"], "by user_id": u["user_id"],
		"events.at": after["updated_at"], "events.action": "user.edited", "events.actor_key": b.actor["key"],
		"events.target_key": u["key"], "events.via": "session", "events.request_id": "req_aaaaaaaaaaaaaaaaaaaaaaaaaa",
		"events.group_id": "", "events.undoes": int64(0), "events.token_id": "", "events.tool": "",
		"events.encoding": int64(1), "events.change_digest": make([]byte, 32), "events.actor_digest": make([]byte, 32),
		"event_changes.nonce": make([]byte, 16), "event_changes.target_id": u["user_id"], "event_changes.target_name": orEmpty(u["name"]),
		"event_changes.target_kind": u["kind"], "event_changes.target_version": after["version"],
		"event_changes.changes": `[{"field":"channel.email","old":"on","new":"off"}]`,
		"event_actors.nonce":    make([]byte, 16), "event_actors.actor_id": b.actor["user_id"], "event_actors.actor_name": orEmpty(b.actor["name"]),
		"event_actors.actor_kind": "person", "event_actors.reason": reason, "event_actors.address": "127.0.0.1", "event_actors.user_agent": "console-bench",
	}
	for column, value := range after {
		values["users."+column] = value
	}
	if err := transact(values); err != nil {
		return err
	}
	b.users[turn%len(b.users)] = after
	return nil
}

// now returns the time as it is written to the database.
func (b *bareEdit) now() any {
	if b.db.Engine() == database.PostgreSQL {
		return time.Now().UTC().Truncate(time.Microsecond)
	}
	return time.Now().UnixMicro()
}

// newestEvent is the statement that asks for the number of the newest event, after which the
// next is numbered.
const newestEvent = "SELECT COALESCE(MAX(seq), 0) FROM events"

// eventTables are the tables that an event is written to.
var eventTables = []string{"events", "event_changes", "event_actors"}

// run runs the statements by one, which returns the number that newestEvent asks for, and 0 for
// others. It is in a transaction.
func (b *bareEdit) run(values map[string]any, one func(text string, args []any) (seq int64, err error)) error {
	for i, s := range b.statements {
		args := make([]any, len(s.takes))
		for j, name := range s.takes {
			value, known := values[name]
			if !known {
				return fmt.Errorf("the bench does not know what to write to %s; teach internal/bench/bare.go:\n%s", name, s.text)
			}
			args[j] = value
		}
		if i == 0 && len(args) == 1 { // who edits is read first
			args[0] = b.actor["key"]
		}
		seq, err := one(s.text, args)
		if err != nil {
			return fmt.Errorf("%w in\n%s", err, s.text)
		}
		if s.text == newestEvent {
			for _, table := range eventTables {
				values[table+".seq"] = seq + 1
			}
		}
	}
	return nil
}

// runOne runs one statement. It returns the number that newestEvent asks for, else 0.
func runOne(ctx context.Context, tx *sql.Tx, text string, args []any) (seq int64, err error) {
	reads := strings.HasPrefix(strings.TrimSpace(text), "SELECT")
	if text == newestEvent {
		return seq, tx.QueryRowContext(ctx, text, args...).Scan(&seq)
	}
	if !reads {
		_, err = tx.ExecContext(ctx, text, args...)
		return 0, err
	}
	rows, err := tx.QueryContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() { // reads the row
	}
	return 0, rows.Err()
}

// toggled returns the channels with e-mail the other way.
func toggled(channels string) string {
	var on map[string]bool
	if json.Unmarshal([]byte(channels), &on) != nil || on == nil {
		on = map[string]bool{}
	}
	on["email"] = !on["email"]
	text, _ := json.Marshal(on) // of booleans never fails
	return string(text)
}

// orEmpty returns an empty text for NULL.
func orEmpty(value any) any {
	if value == nil {
		return ""
	}
	return value
}

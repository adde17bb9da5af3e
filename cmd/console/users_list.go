package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// listSettings are the settings of the command users list.
func (c *config) listSettings() []*setting {
	return append(c.directorySettings(),
		&setting{name: "search", read: into(&c.search, readText),
			usage: "`WORDS` and filters as in the directory's search, for example \"role:owner status:active\""},
		&setting{name: "format", fallback: "text", read: into(&c.format, readListFormat),
			usage: "`FORMAT` of the list: text or json, an array of objects"})
}

// readListFormat parses the format of a list.
func readListFormat(text string) (string, error) {
	if text != "text" && text != "json" {
		return "", fmt.Errorf("%q is not text or json", text)
	}
	return text, nil
}

// A userList writes users in one format.
type userList interface {
	add(u *directory.Exported) error
	end() error // after the last user
}

// listUsers does users list. Like an export, it is recorded by an event before the first user is
// printed.
func (p *program) listUsers(ctx context.Context, c *config, _ []string) error {
	return p.useDatabase(ctx, c, c.database, c.databaseOptions(), func(db *database.DB, service *users.Service) error {
		sink := &listSink{out: p.stdout}
		sink.list = newUserList(c.format, &sink.buffer)
		by := users.Command("cmd_" + strings.ToLower(rand.Text()))
		return directory.New(db, service, directory.Config{}).Export(ctx, by, directory.Query{Text: c.search}, directory.ExportFormat{Name: c.format}, sink)
	})
}

// A listSink is the [directory.ExportSink] of the command. It prints the users.
type listSink struct {
	list   userList // which writes to buffer
	buffer bytes.Buffer
	out    io.Writer

	added, sent int
}

// Begin implements [directory.ExportSink].
func (*listSink) Begin(int, *users.Permit) error { return nil }

// Add implements [directory.ExportSink].
func (s *listSink) Add(u *directory.Exported) error {
	s.added++
	return s.list.add(u)
}

// Send implements [directory.ExportSink].
func (s *listSink) Send() error {
	if _, err := s.buffer.WriteTo(s.out); err != nil {
		return err
	}
	s.sent = s.added
	return nil
}

// End implements [directory.ExportSink].
func (s *listSink) End(err error) (int, error) {
	if err == nil {
		err = s.list.end()
	}
	if err == nil {
		err = s.Send()
	}
	return s.sent, err
}

// newUserList returns a userList that writes to out.
func newUserList(format string, out io.Writer) userList {
	if format == "json" {
		return &jsonList{out: out}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "USER ID\tNAME\tTYPE\tROLE\tSTATUS\tLAST SEEN")
	return tableList{table}
}

// A tableList is a userList that writes a table.
type tableList struct{ out *tabwriter.Writer }

func (l tableList) add(u *directory.Exported) error {
	seen := "never"
	if !u.SeenAt.IsZero() {
		seen = u.SeenAt.UTC().Format("2006-01-02 15:04Z")
	}
	_, err := fmt.Fprintln(l.out, strings.Join([]string{string(u.ID), u.Name, string(u.Kind), string(u.Role), string(u.Status), seen}, "\t"))
	return err
}

func (l tableList) end() error { return l.out.Flush() }

// A jsonList is a userList that writes an array, with an object on each line.
type jsonList struct {
	out io.Writer
	n   int
}

// A listedUser is an object of a jsonList. Its members have the names of an export as JSON Lines.
type listedUser struct {
	ID          users.ID     `json:"user_id"`
	Name        string       `json:"name"`
	Kind        users.Kind   `json:"type"`
	Role        users.Role   `json:"role"`
	Status      users.Status `json:"status"`
	CreatedAt   time.Time    `json:"created_at"`
	UpdatedAt   time.Time    `json:"updated_at"`
	SeenAt      *time.Time   `json:"last_seen_at"` // null for never
	Responsible users.ID     `json:"responsible,omitempty"`
	ReviewOn    users.Date   `json:"review_on,omitempty"`
}

func (l *jsonList) add(u *directory.Exported) error {
	one := listedUser{
		ID: u.ID, Name: u.Name, Kind: u.Kind, Role: u.Role, Status: u.Status, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
		Responsible: u.Responsible, ReviewOn: u.ReviewOn,
	}
	if !u.SeenAt.IsZero() {
		one.SeenAt = &u.SeenAt
	}
	text, err := json.Marshal(one)
	if err != nil {
		return err
	}
	before := ",\n"
	if l.n == 0 {
		before = "[\n"
	}
	l.n++
	_, err = fmt.Fprintf(l.out, "%s%s", before, text)
	return err
}

func (l *jsonList) end() error {
	text := "\n]\n"
	if l.n == 0 {
		text = "[]\n"
	}
	_, err := io.WriteString(l.out, text)
	return err
}

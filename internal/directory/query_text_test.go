package directory

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/roboto-ai/console/internal/users"
)

var readAt = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// A reading is the result of parse, as far as the tests compare it.
type reading struct {
	Words       []string
	Exact       users.ID
	Kind        [][]users.Kind
	Role        [][]users.Role
	Status      [][]users.Status
	Ranges      int
	Named       []string
	Addresses   []users.ID
	Unmatchable bool
}

// readings are texts that people type and paste, and their parse.
var readings = map[string]reading{
	"":                             {},
	"  ana  LIMA ":                 {Words: []string{"ana", "lima"}},
	"ana":                          {Words: []string{"ana"}, Exact: "ana"},
	"Ana@Example.com":              {Words: []string{"ana@example.com"}, Exact: "ana@example.com"},
	"<ana@example.com>,":           {Words: []string{"ana@example.com"}, Exact: "ana@example.com"},
	"mailto:ana@example.com":       {Words: []string{"ana@example.com"}, Exact: "ana@example.com"},
	`Ana Lima <ana@example.com>`:   {Words: []string{"ana", "lima", "ana@example.com"}, Exact: "ana@example.com"},
	`"Ana Lima" <ana@example.com>`: {Words: []string{"ana", "lima", "ana@example.com"}, Exact: "ana@example.com"},
	"type:service robot":           {Words: []string{"robot"}, Kind: [][]users.Kind{{users.KindService}}, Exact: "robot"},
	"TYPE:People status:Invited":   {Kind: [][]users.Kind{{users.KindPerson}}, Status: [][]users.Status{{users.StatusInvited}}},
	"role:admin seen:<90d created:>2026-01-01":  {Role: [][]users.Role{{users.RoleAdmin}}, Ranges: 2},
	"seen:never created:2026-01-01..2026-03-31": {Ranges: 2},
	`"type:service"`:                            {Words: []string{"type:service"}},
	`"not yet closed`:                           {Words: []string{"not", "yet", "closed"}},
	"“type:service”":                            {Words: []string{"type:service"}},
	"type：service":                              {Kind: [][]users.Kind{{users.KindService}}},
	"ana@example.com.":                          {Words: []string{"ana@example.com"}, Exact: "ana@example.com"},
	"a@b.de,C@d.de":                             {Addresses: []users.ID{"a@b.de", "c@d.de"}},
	"<a@b.de>; a@b.de\tmailto:c@d.de":           {Addresses: []users.ID{"a@b.de", "c@d.de"}},
	"a@b.de type:person c@d.de":                 {Addresses: []users.ID{"a@b.de", "c@d.de"}, Kind: [][]users.Kind{{users.KindPerson}}},
	"a@b.de ana":                                {Words: []string{"a@b.de", "ana"}, Exact: "a@b.de"},
	`department:"Fleet Operations",Mapping ana`: {Named: []string{"department: fleet operations|mapping"}, Words: []string{"ana"}, Exact: "ana"},
	`ｄｅｐａｒｔｍｅｎｔ："Fleet`:                         {Named: []string{"department: fleet"}},
	`label:“On call”`:                           {Named: []string{"label: on call"}},
	"label:a,b manager:Ana@Example.com":         {Named: []string{"label: a|b", "manager_key: ana@example.com"}},
	"department: label:, manager:":              {},
	"ana ana":                                   {Words: []string{"ana"}},
	"10:30":                                     {Words: []string{"10:30"}},
	":)":                                        {},
	"%":                                         {Words: []string{"%"}},
	`"`:                                         {},
	"Okafor, Amara":                             {Words: []string{"okafor", "amara"}},
	"Okafor,Amara<amara@example.com>":           {Words: []string{"okafor", "amara", "amara@example.com"}, Exact: "amara@example.com"},
	"Okafor, Amara <amara@example.com>":         {Words: []string{"okafor", "amara", "amara@example.com"}, Exact: "amara@example.com"},
	"(Okafor)":                                  {Words: []string{"okafor"}, Exact: "okafor"},
	"Okafor: Amara;":                            {Words: []string{"okafor", "amara"}},
	"“Okafor” – Amara.":                         {Words: []string{"okafor", "amara"}},
	"田中、太郎":                                     {Words: []string{"田中", "太郎"}},
	"Okafor & Sons":                             {Words: []string{"okafor", "sons"}},
	"o'neill@example.com":                       {Words: []string{"o'neill@example.com"}, Exact: "o'neill@example.com"},
	"a/b@example.com":                           {Words: []string{"a/b@example.com"}, Exact: "a/b@example.com"},
	"mailto:ana@example.com?subject=Hi":         {Words: []string{"ana@example.com"}, Exact: "ana@example.com"},
	"ｔｙｐｅ：ｓｅｒｖｉｃｅ":                              {Kind: [][]users.Kind{{users.KindService}}},
	"role:admin,owner status:a":                 {Role: [][]users.Role{{users.RoleAdmin, users.RoleOwner}}, Status: [][]users.Status{{users.StatusActive}}},
	"role:user,":                                {Role: [][]users.Role{{users.RoleUser}}},
	"role:a role:owner":                         {Role: [][]users.Role{{users.RoleAuditor, users.RoleAdmin}, {users.RoleOwner}}},
	"role: seen: created:":                      {},
	"seen:> seen:>=9 seen:>30 seen:ne created:2026 created:>2026-0 created:2026-01-3 created:2026-01-31.. created:2026-01-31..2026-1": {},
	"seen:>30d":       {Ranges: 2},
	"seen:>30d,never": {Ranges: 1},
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range readings {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := parse(text, readAt, time.UTC)
			got := reading{Exact: r.exactID, Kind: r.kind, Role: r.role, Status: r.status, Ranges: len(r.ranges), Unmatchable: r.unmatchable}
			got.Addresses = r.addresses
			for _, named := range r.named {
				got.Named = append(got.Named, named.by.column+": "+strings.Join(named.names, "|"))
			}
			for _, one := range r.terms {
				got.Words = append(got.Words, strings.TrimSpace(one[0]))
			}
			if diff := cmp.Diff(want, got); diff != "" || len(r.mistakes) > 0 {
				t.Errorf("(-want +got):\n%s%v", diff, r.mistakes)
			}
		})
	}
}

// TestParse_mistakes is the messages about unknown filters and values.
func TestParse_mistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"typ:service":                       "There is no filter “typ:”. There are type:, role:, status:, department:, label:, manager:, seen:, created: and tokens:.",
		"-label:x":                          "There is no filter “-label:”.",
		"type:robot":                        "“type:robot” is not understood. After type: comes person, service or system.",
		"role:x":                            "“role:x” is not understood. After role: comes user, auditor, admin or owner.",
		"role:admin,x":                      "“role:admin,x” is not understood.",
		"status:gone":                       "After status: comes invited, active or deactivated.",
		"seen:yesterday":                    "After seen: comes a number of days ago, like <90d or >90d, or a day, like >2026-01-31, or never.",
		"created:never":                     "After created: comes a number of days ago",
		"created:>2026-02-30":               "is not understood",
		"created:2026-03..2026":             "is not understood",
		"seen:<30d,never":                   "is not understood",
		"created:>30d,never":                "is not understood",
		"seen:90d":                          "is not understood",
		"seen:<-5d":                         "is not understood",
		"seen:<99999999d":                   "is not understood",
		"seen:<2026-01-01..":                "is not understood",
		"seen:<0001-01-01":                  "is not understood",
		"created:2026-2..2025-01":           "is not understood",
		"a b c d e f g h i j k l m n o p q": "more words than can be searched for at once. Use 16 or fewer",
	} {
		r := parse(text, readAt, time.UTC)
		if len(r.mistakes) != 1 || !strings.Contains(r.mistakes[0], want) {
			t.Errorf("%q: got %q, want %q", text, r.mistakes, want)
		}
	}
}

// TestTakeFilters separates filters that were typed from the rest of a search.
func TestTakeFilters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		rest    string
		filters map[string]Values
	}{
		"ana  lima":                             {"ana  lima", nil},
		"role:adm ana":                          {"ana", map[string]Values{"role": "admin"}},
		"role:a":                                {"", map[string]Values{"role": "auditor,admin"}},
		"ｔｙｐｅ：ｓｅｒｖｉｃｅ":                          {"", map[string]Values{"type": "service"}},
		"type:people seen:>30d,never x":         {"x", map[string]Values{"type": "person", "seen": ">30d,never"}},
		`department:"Fleet Ops",R&D "an apple"`: {`"an" "apple"`, map[string]Values{"department": `Fleet Ops,R&D`}},
		"role:admin role:owner":                 {"role:owner", map[string]Values{"role": "admin"}},
		"role: seen:> typ:x role:x":             {"role: seen:> typ:x role:x", nil},
		"tokens:ending":                         {"", map[string]Values{"tokens": "ending"}},
	} {
		rest, filters := TakeFilters(text, func(name string) bool { return name != "status" })
		if diff := cmp.Diff(want.filters, filters); diff != "" || rest != want.rest {
			t.Errorf("%q: left %q, want %q (-want +got):\n%s", text, rest, want.rest, diff)
		}
	}
}

// spans are times in and outside of spans, in a time zone east of Greenwich.
var spans = map[Span]struct{ in, out []string }{
	"<90d":                   {[]string{"2026-08-25T00:00:00Z", "2026-11-23T08:00:00Z"}, []string{"2026-08-24T23:59:59Z"}},
	">90d":                   {[]string{"2026-08-24T23:59:59Z"}, []string{"2026-08-25T00:00:00Z"}},
	"2026-01-01":             {[]string{"2025-12-31T22:00:00Z", "2026-01-01T21:59:59Z"}, []string{"2025-12-31T21:59:59Z", "2026-01-01T22:00:00Z"}},
	">2026-01-01":            {[]string{"2026-01-01T22:00:00Z"}, []string{"2026-01-01T21:59:59Z"}},
	">=2026-01-01":           {[]string{"2025-12-31T22:00:00Z"}, []string{"2025-12-31T21:59:59Z"}},
	"<2026-01-01":            {[]string{"2025-12-31T21:59:59Z"}, []string{"2025-12-31T22:00:00Z"}},
	"<=2026-01-01":           {[]string{"2026-01-01T21:59:59Z"}, []string{"2026-01-01T22:00:00Z"}},
	"2026-01-01..2026-01-31": {[]string{"2025-12-31T22:00:00Z", "2026-01-31T21:59:59Z"}, []string{"2026-01-31T22:00:00Z"}},
	">=1960-01-01":           {[]string{"2026-01-01T00:00:00Z"}, []string{"1970-01-01T00:00:00Z"}},
	"<36500d":                {[]string{"2026-01-01T00:00:00Z"}, []string{"1970-01-01T00:00:00Z"}},
	"never":                  {[]string{"1970-01-01T00:00:00Z"}, []string{"2026-01-01T00:00:00Z"}},
}

// TestSpan checks spans at their limits.
func TestSpan(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 2*60*60)
	holds := func(r timeRange, at time.Time) bool {
		switch {
		case r.never:
			return at.Equal(users.NeverSeen)
		case at.Equal(users.NeverSeen):
			return false
		}
		return !at.Before(r.from) && (r.before.IsZero() || at.Before(r.before))
	}
	for span, test := range spans {
		r, ok := span.rangeOf(bySeen, readAt, east)
		if !ok {
			t.Errorf("%s is not understood", span)
		}
		for want, times := range map[bool][]string{true: test.in, false: test.out} {
			for _, text := range times {
				at, err := time.Parse(time.RFC3339, text)
				if err != nil {
					t.Fatal(err)
				}
				if got := holds(r, at); got != want {
					t.Errorf("%s holds %s: got %t, want %t", span, text, got, want)
				}
			}
		}
	}
}

// TestIntersect intersects spans of one column.
func TestIntersect(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"seen:<90d seen:<30d":                          "2026-10-24..",
		"seen:>30d seen:<90d":                          "2026-08-25..2026-10-24",
		"seen:>90d seen:<30d":                          "none",
		"seen:never seen:<30d":                         "none",
		"seen:never seen:never":                        "never",
		"seen:>90d seen:2026-01-01":                    "2026-01-01..2026-01-02",
		"seen:<=2026-01-01 seen:>=2026-01-02":          "none",
		"seen:>=2026-01-01 seen:<2026-03-01 seen:<90d": "none",
	} {
		all, ok := intersect(parse(text, readAt, time.UTC).ranges)
		all = slices.DeleteFunc(all, func(r timeRange) bool { return r.column != bySeen }) // except for the time of creation
		got := "none"
		switch {
		case ok && all[0].never:
			got = "never"
		case ok && all[0].before.IsZero():
			got = all[0].from.Format(time.DateOnly) + ".."
		case ok:
			got = all[0].from.Format(time.DateOnly) + ".." + all[0].before.Format(time.DateOnly)
		}
		if got != want || len(all) != 1 {
			t.Errorf("%q: got %s in %d ranges, want %s", text, got, len(all), want)
		}
	}
	if all, ok := intersect(parse("seen:never created:<30d", readAt, time.UTC).ranges); !ok || len(all) != 2 {
		t.Errorf("of two columns: got %d ranges, %v", len(all), ok)
	}
}

package demodata

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/roboto-ai/console/internal/users"
)

// TestNameList checks names.txt for mistakes that parsing does not find: too few names, or an
// unknown time zone.
func TestNameList(t *testing.T) {
	t.Parallel()
	if !norm.NFC.IsNormalString(nameList) {
		t.Error("the list is not in NFC")
	}
	cultures, err := parseNames(nameList)
	if err != nil {
		t.Fatal(err)
	}
	styles := []string{"own-script", "family-first", "joined", "two-families"}
	for _, c := range cultures {
		if c.weight < 1 || len(c.women) < 5 || len(c.men) < 5 || len(c.family) < 5 {
			t.Errorf("%s: weight %d, too few of %d women, %d men, %d families", c.title, c.weight, len(c.women), len(c.men), len(c.family))
		}
		if n := len(c.familyOfWomen); n != 0 && n != len(c.family) {
			t.Errorf("%s: %d family names of women, %d of men", c.title, n, len(c.family))
		}
		for style := range c.styles {
			if !slices.Contains(styles, style) {
				t.Errorf("%s: there is no style %q", c.title, style)
			}
		}
		for _, zone := range c.zones {
			if _, err := time.LoadLocation(zone); err != nil {
				t.Errorf("%s: %v", c.title, err)
			}
		}
		if len(c.zones) == 0 {
			t.Errorf("%s: no time zones", c.title)
		}
	}
}

func TestParseNamesRefuses(t *testing.T) {
	t.Parallel()
	for circumstance, list := range map[string]string{
		"names without a culture":          "women: Ana",
		"a culture without weight":         "[Greek]",
		"something else":                   "[Greek] 1\nchildren: Anna",
		"no ASCII spelling":                "[Greek] 1\nwomen: Άννα",
		"an ASCII spelling with an accent": "[Greek] 1\nwomen: Άννα=Ánna",
		"an empty name":                    "[Greek] 1\nmen: Nikos,, Kostas",
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			if got, err := parseNames(list); err == nil {
				t.Errorf("got %v", got)
			}
		})
	}
}

// one returns a list of one name.
func one(own, ascii string) []namePart { return []namePart{{own, ascii}} }

// namesOf are cultures with the name of one woman, and how it may be written.
var namesOf = []struct {
	circumstance string
	culture      culture
	displays     []string // one of these
	plain, local string
}{
	{
		"given name first", culture{women: one("Zoë", "Zoe"), family: one("van den Berg", "van den Berg")},
		[]string{"Zoë van den Berg"}, "Zoe van den Berg", "zoe.vandenberg",
	},
	{
		"family name first", culture{styles: map[string]bool{"family-first": true}, women: one("Réka", "Reka"), family: one("Nagy", "Nagy")},
		[]string{"Nagy Réka"}, "Reka Nagy", "reka.nagy",
	},
	{
		"a script of its own, joined",
		culture{styles: map[string]bool{"family-first": true, "joined": true, "own-script": true}, women: one("慧敏", "Huimin"), family: one("王", "Wang")},
		[]string{"王慧敏", "Huimin Wang", "Huimin Wang (王慧敏)"}, "Huimin Wang", "huimin.wang",
	},
	{
		"a form for women", culture{women: one("Jitka", "Jitka"), family: one("Novák", "Novak"), familyOfWomen: one("Nováková", "Novakova")},
		[]string{"Jitka Nováková"}, "Jitka Novakova", "jitka.novakova",
	},
	{
		"marks in the spelling", culture{women: one("Anne-Marie", "Anne-Marie"), family: one("O'Brien", "O'Brien")},
		[]string{"Anne-Marie O'Brien"}, "Anne-Marie O'Brien", "anne-marie.obrien",
	},
}

// TestName checks the form of names, which differs between languages.
func TestName(t *testing.T) {
	t.Parallel()
	for _, test := range namesOf {
		t.Run(test.circumstance, func(t *testing.T) {
			t.Parallel()
			test.culture.zones, test.culture.men = []string{"UTC"}, one("Bo", "Bo")
			r := rand.New(rand.NewPCG(1, 2))
			for range 40 {
				n := test.culture.name(r)
				if strings.Contains(n.plain, "Bo ") {
					continue // the name of a man
				}
				if !slices.Contains(test.displays, n.display) || n.plain != test.plain || n.local != test.local {
					t.Errorf("got %q, %q, %q; want one of %q, %q, %q", n.display, n.plain, n.local, test.displays, test.plain, test.local)
				}
			}
		})
	}
}

func TestServiceList(t *testing.T) {
	t.Parallel()
	all, err := parseServices(serviceList)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if id, err := users.ParseID(strings.TrimSuffix(s.id, "*")); err != nil || string(id) != strings.TrimSuffix(s.id, "*") {
			t.Errorf("%s: %v", s.id, err)
		}
		if s.name == "" || s.purpose == "" || len(s.purpose) > users.MaxPurpose || !slices.Contains(users.Roles[:3], s.role) {
			t.Errorf("%s: name %q, purpose %q, role %q", s.id, s.name, s.purpose, s.role)
		}
	}
	if got, err := parseServices("ci-deploy | CI deploy"); err == nil {
		t.Errorf("a line without a purpose is taken for %v", got)
	}
}

package demodata

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

//go:embed names.txt
var nameList string

// A namePart is a part of a name in its own script, and in ASCII.
type namePart struct{ own, ascii string }

// A culture is the names and the time zones of the speakers of a language; see names.txt.
type culture struct {
	title         string
	weight        int
	zones         []string
	styles        map[string]bool
	women, men    []namePart
	family        []namePart
	familyOfWomen []namePart // in the order of family; empty without a difference
}

// A fullName is a name with what is derived from it.
type fullName struct {
	display string // as the person writes it
	plain   string // in ASCII, the family name last
	local   string // before the @ of an e-mail address
	zone    string // IANA name
}

// parseNames reads a list like names.txt.
func parseNames(list string) (all []culture, err error) {
	for number, line := range strings.Split(list, "\n") {
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[':
			var c culture
			if c, err = newCulture(line); err == nil {
				all = append(all, c)
			}
		case len(all) > 0:
			err = all[len(all)-1].add(line)
		default:
			err = fmt.Errorf("%q belongs to no culture", line)
		}
		if err != nil {
			return nil, fmt.Errorf("names, line %d: %w", number+1, err)
		}
	}
	return all, nil
}

// newCulture reads a line like "[Greek] 25".
func newCulture(line string) (culture, error) {
	title, weight, _ := strings.Cut(line[1:], "] ")
	n, err := strconv.Atoi(weight)
	return culture{title: title, weight: n, styles: map[string]bool{}}, err
}

// add reads a line like "women: Ana, Inés=Ines".
func (c *culture) add(line string) (err error) {
	what, list, _ := strings.Cut(line, ": ")
	switch what {
	case "zones":
		c.zones = strings.Fields(list)
	case "style":
		for _, style := range strings.Fields(list) {
			c.styles[style] = true
		}
	case "women":
		c.women, err = parseParts(list)
	case "men":
		c.men, err = parseParts(list)
	case "family":
		c.family, err = parseParts(list)
	case "family of women":
		c.familyOfWomen, err = parseParts(list)
	default:
		err = fmt.Errorf("unknown key %q", what)
	}
	return err
}

// parseParts reads a list like "Ana, Inés=Ines".
func parseParts(list string) ([]namePart, error) {
	var parts []namePart
	for _, word := range strings.Split(list, ",") {
		own, ascii, spelled := strings.Cut(strings.TrimSpace(word), "=")
		if !spelled {
			ascii = own
		}
		if own == "" || mailPart(ascii) == "" || strings.ContainsFunc(ascii, func(r rune) bool { return r > '~' }) {
			return nil, fmt.Errorf("%q has no spelling in ASCII", word)
		}
		parts = append(parts, namePart{own, ascii})
	}
	return parts, nil
}

// name generates a name.
func (c culture) name(r *rand.Rand) fullName {
	i := r.IntN(len(c.family))
	given, family := pick(r, c.men), c.family[i]
	if r.IntN(2) == 0 {
		given = pick(r, c.women)
		if len(c.familyOfWomen) > 0 {
			family = c.familyOfWomen[i]
		}
	}
	n := fullName{zone: pick(r, c.zones), local: mailPart(given.ascii) + "." + mailPart(family.ascii)}
	if second := pick(r, c.family); c.styles["two-families"] && r.IntN(5) < 2 && second != family {
		family = namePart{family.own + " " + second.own, family.ascii + " " + second.ascii}
	}
	n.plain = given.ascii + " " + family.ascii
	n.display = c.writtenName(r, given, family, n.plain)
	return n
}

// longName generates a name for directories with very many users: some have a second given
// name, or two family names, where that is usual.
func (c culture) longName(r *rand.Rand) fullName {
	givens, families := c.men, c.family
	if r.IntN(2) == 0 {
		givens = c.women
		if len(c.familyOfWomen) > 0 {
			families = c.familyOfWomen
		}
	}
	given, family := pick(r, givens), pick(r, families)
	n := fullName{zone: pick(r, c.zones)}
	local := mailPart(given.ascii)
	if second := pick(r, givens); !c.styles["joined"] && r.IntN(2) == 0 && second != given {
		given = namePart{given.own + " " + second.own, given.ascii + " " + second.ascii}
		if r.IntN(2) == 0 {
			local += "." + mailPart(second.ascii)[:1]
		}
	}
	n.local = local + "." + mailPart(family.ascii)
	if second := pick(r, families); !c.styles["own-script"] && r.IntN(3) == 0 && second != family {
		and := "-"
		if c.styles["two-families"] {
			and = " "
		}
		family = namePart{family.own + and + second.own, family.ascii + and + second.ascii}
	}
	n.plain = given.ascii + " " + family.ascii
	n.display = c.writtenName(r, given, family, n.plain)
	return n
}

// writtenName returns a name as the person writes it.
func (c culture) writtenName(r *rand.Rand, given, family namePart, plain string) string {
	own := given.own + " " + family.own
	if c.styles["family-first"] {
		own = family.own + " " + given.own
	}
	if c.styles["joined"] {
		own = family.own + given.own
	}
	if !c.styles["own-script"] {
		return own
	}
	switch r.IntN(10) {
	case 0, 1, 2, 3:
		return own
	case 4, 5, 6:
		return plain
	}
	return plain + " (" + own + ")"
}

// mailPart returns a part of a name in ASCII as it stands in an e-mail address.
func mailPart(ascii string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r == '-' {
			return r
		}
		return -1
	}, strings.ToLower(ascii))
}

// pick returns one of all, which is not empty.
func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

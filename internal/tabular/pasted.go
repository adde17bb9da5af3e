package tabular

import (
	"regexp"
	"strings"
)

// An Entry is one person in a pasted text.
type Entry struct {
	Line    int    // counted from 1
	Address string // empty where the line has none
	Name    string // empty where there is none
}

// address finds what is meant as an e-mail address, whether it is one or not.
var address = regexp.MustCompile(`[^\s<>,;|"()\[\]]+@[^\s<>,;|"()\[\]]*`)

// Pasted returns the addresses in a text, with the names beside them: any separators,
// "Name <address>", "Last, First <address>", "address name" and rows of a spreadsheet. A line
// with text and without an address is an entry without one.
func Pasted(text string) (entries []Entry) {
	for i, line := range strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n") {
		entries = append(entries, entriesOf(line, i+1)...)
	}
	return entries
}

// entriesOf returns the entries in one line.
func entriesOf(line string, number int) (entries []Entry) {
	end := 0
	for _, at := range address.FindAllStringIndex(line, -1) {
		e := Entry{Line: number, Address: strings.TrimPrefix(strings.Trim(line[at[0]:at[1]], "'."), "mailto:")}
		e.Name = nameOf(line[end:at[0]])
		entries, end = append(entries, e), at[1]
	}
	rest := nameOf(line[end:])
	switch {
	case len(entries) == 0 && rest != "":
		return []Entry{{Line: number, Name: rest}}
	case len(entries) == 1 && entries[0].Name == "":
		entries[0].Name = rest
	}
	return entries
}

// nameOf returns the name in what stands before or after an address. "Last, First" is turned
// round, as mail programs write it.
func nameOf(text string) string {
	name := strings.Trim(strings.TrimSpace(text), " \t,;:<>\"'()[]|")
	last, first, found := strings.Cut(name, ",")
	if first = strings.TrimSpace(first); found && strings.Contains(text, "<") && first != "" && !strings.Contains(first, ",") {
		name = first + " " + strings.TrimSpace(last)
	}
	return strings.Join(strings.Fields(name), " ")
}

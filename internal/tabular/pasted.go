package tabular

import (
	"iter"
	"regexp"
	"strings"
	"unicode"
)

// An Entry is one person in a pasted text.
type Entry struct {
	Line    int    // counted from 1
	Address string // empty where the line has none
	Name    string // empty where there is none
}

// address finds what is meant as an e-mail address, whether it is one or not.
var address = regexp.MustCompile(`[^\s<>,;|"()\[\]]+@[^\s<>,;|"()\[\]]*`)

// listMark is what stands before an item of a list, or before the addresses of a mail.
var listMark = regexp.MustCompile(`^\s*(?:[-*•·–—]\s+|\d+[.)]\s+|(?i:to|cc|bcc|from):)`)

// plainSigns replaces what stands between addresses where people write other scripts.
var plainSigns = strings.NewReplacer("，", ",", "、", ",", "；", ";", "｜", "|", "＠", "@", "＜", "<", "＞", ">", "：", ":")

// Pasted yields the addresses in a text, with the names beside them: any separators,
// "Name <address>", "Last, First <address>", "address name", lists, and rows of a spreadsheet. A
// line with text and without an address is an entry without one.
func Pasted(text string) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		number := 0
		for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n").Replace(text)) {
			number++
			if !entriesOf(plainLine(line), number, yield) {
				return
			}
		}
	}
}

// plainLine returns a line with plain spaces and signs, without invisible characters and without
// the mark of a list. Joiners stay: some scripts need them.
func plainLine(line string) string {
	line = strings.Map(func(r rune) rune {
		switch {
		case r != '\t' && unicode.IsSpace(r):
			return ' '
		case r != '\u200c' && r != '\u200d' && unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, plainSigns.Replace(line))
	return line[len(listMark.FindString(line)):]
}

// entriesOf yields the entries in one line, without the second of two neighbours with the same
// address, as in "'ana@example.com' <ana@example.com>". It returns false if no more are wanted.
func entriesOf(line string, number int, yield func(Entry) bool) bool {
	var last Entry
	found := 0
	for rest := line; ; {
		at := address.FindStringIndex(rest)
		if at == nil {
			return yieldLast(last, found, nameOf(rest), number, yield)
		}
		e := Entry{Line: number, Address: bareAddress(rest[at[0]:at[1]]), Name: nameOf(rest[:at[0]])}
		rest = rest[at[1]:]
		if found > 0 && strings.EqualFold(e.Address, last.Address) {
			continue
		}
		if found > 0 && !yield(last) {
			return false
		}
		last = e
		found++
	}
}

// yieldLast yields the last entry of a line, of which the name may stand behind its address, or the
// only one, which has none.
func yieldLast(last Entry, found int, rest string, number int, yield func(Entry) bool) bool {
	switch {
	case found == 0 && rest == "":
		return true
	case found == 0:
		last = Entry{Line: number, Name: rest}
	case found == 1 && last.Name == "":
		last.Name = rest
	}
	return yield(last)
}

// bareAddress returns an address without what mail programs and sentences put around it.
func bareAddress(text string) string {
	text = strings.Trim(text, "'`‘’“”„«»*.:!?")
	if len(text) > len("mailto:") && strings.EqualFold(text[:len("mailto:")], "mailto:") {
		text, _, _ = strings.Cut(text[len("mailto:"):], "?")
	}
	return text
}

// nameOf returns the name in what stands before or after an address, empty where that has no
// letter. "Last, First" is turned round, as mail programs write it.
func nameOf(text string) string {
	name := strings.Trim(strings.TrimSpace(text), " \t,;:<>\"'“”„«»()[]|")
	if strings.EqualFold(name, "mailto") || !strings.ContainsFunc(name, unicode.IsLetter) {
		return ""
	}
	last, first, found := strings.Cut(name, ",")
	if first = strings.TrimSpace(first); found && strings.Contains(text, "<") && first != "" && !strings.Contains(first, ",") {
		name = first + " " + strings.TrimSpace(last)
	}
	return strings.Join(strings.Fields(name), " ")
}

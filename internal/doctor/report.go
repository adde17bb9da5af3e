package doctor

import (
	"fmt"
	"strings"
)

// Line returns the finding as a line of text.
func (f Finding) Line() string {
	line := fmt.Sprintf("%-8s %s: %s", f.Level, f.Check, f.Found)
	if f.Fix != "" {
		line += " " + f.Fix
	}
	return line
}

// A Report is the result of all checks, as JSON.
type Report struct {
	Findings []ReportedFinding `json:"findings"`
	Counts   map[string]int    `json:"counts"` // number of findings of each level
}

// A ReportedFinding is a [Finding] as JSON.
type ReportedFinding struct {
	Check string `json:"check"` // name of the [Check]
	Group string `json:"group"` // its group
	Level string `json:"level"` // ok, unknown, warning or wrong
	Text  string `json:"text"`  // the result
	Fix   string `json:"fix"`   // what to do; empty if nothing
}

// NewReport returns the report of findings, in their order.
func NewReport(found []Finding) Report {
	groups := map[string]string{}
	for _, c := range Checks {
		groups[c.Name] = c.Group
	}
	r := Report{[]ReportedFinding{}, map[string]int{}}
	for l := OK; l <= Wrong; l++ {
		r.Counts[l.String()] = 0
	}
	for _, f := range found {
		r.Findings = append(r.Findings, ReportedFinding{f.Check, groups[f.Check], f.Level.String(), f.Found, f.Fix})
		r.Counts[f.Level.String()]++
	}
	return r
}

// Counts returns the number of findings of each level, as a line of text.
func Counts(found []Finding) string {
	var n [4]int
	for _, f := range found {
		n[f.Level]++
	}
	parts := []string{fmt.Sprintf("%d ok", n[OK])}
	if n[Unknown] > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", n[Unknown]))
	}
	switch n[Warning] {
	case 0:
	case 1:
		parts = append(parts, "1 warning")
	default:
		parts = append(parts, fmt.Sprintf("%d warnings", n[Warning]))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d wrong", n[Wrong])), ", ") + "."
}

// Worst returns the highest level among the findings.
func Worst(found []Finding) Level {
	worst := OK
	for _, f := range found {
		worst = max(worst, f.Level)
	}
	return worst
}

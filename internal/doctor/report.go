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

// Counts returns how many findings there are of each level, as a line of text.
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

// Worst returns the worst level among the findings.
func Worst(found []Finding) Level {
	worst := OK
	for _, f := range found {
		worst = max(worst, f.Level)
	}
	return worst
}

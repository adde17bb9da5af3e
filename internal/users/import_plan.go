package users

import (
	"cmp"
	"crypto/sha256"
	"iter"
	"slices"
)

// ImportRows yields the rows of an import, in any order, each with a line of its own. It is called
// twice and yields the same rows each time, so that they need not be in memory together.
type ImportRows = iter.Seq2[ImportRow, error]

// An importPlan says in which order the rows of an import are worked on: each after that of its
// manager. It has the rows by their lines and takes [ImportPlanned] bytes for each.
type importPlan []plannedRow

// ImportPlanned is about how many bytes of memory [Service.PrepareImport] takes for each row.
const ImportPlanned = 128

// A plannedRow is what a plan knows of a row.
type plannedRow struct {
	line        int
	id, manager idDigest
	item        int32 // its number; 0 until it has one
	boss        int32 // index of the row of its manager; -1 for none
	first       int32 // index of the first row with the same user_id
}

// An idDigest stands for a user_id; the zero one for none.
type idDigest [16]byte

// idDigestOf returns the digest of a user_id.
func idDigestOf(id ID) (d idDigest) {
	if id != "" {
		sum := sha256.Sum256([]byte(id))
		copy(d[:], sum[:])
	}
	return d
}

// plan reads the rows and returns their order. Of rows that are each other's managers one is
// after its manager.
func (v ImportValues) plan(rows ImportRows) (p importPlan, err error) {
	for r, err := range rows {
		if err != nil {
			return nil, err
		}
		if len(p) == MaxBatch {
			return nil, Invalid("key", "Choose at most %d users.", MaxBatch)
		}
		p = append(p, plannedRow{line: r.Line, id: idDigestOf(EnteredID(v.cell(r, ImportID))), manager: idDigestOf(EnteredID(v.cell(r, ImportManager)))})
	}
	slices.SortStableFunc(p, func(a, b plannedRow) int { return cmp.Compare(a.line, b.line) })
	at := make(map[idDigest]int32, len(p)) // index of the first row with that user_id
	for i := range p {
		p[i].first = int32(i)
		if first, known := at[p[i].id]; known && p[i].id != (idDigest{}) {
			p[i].first = first
		} else {
			at[p[i].id] = int32(i)
		}
	}
	for i := range p {
		boss, known := at[p[i].manager]
		if p[i].boss = boss; !known || p[i].manager == (idDigest{}) || int(boss) == i {
			p[i].boss = -1
		}
	}
	p.number()
	return p, nil
}

// number gives each row the number of its item.
func (p importPlan) number() {
	last := int32(0)
	var chain []int32 // of rows without a number, from one to its highest manager
	for i := range p {
		chain = chain[:0]
		for next := int32(i); next >= 0 && p[next].item == 0; next = p[next].boss {
			p[next].item = -1
			chain = append(chain, next)
		}
		for _, next := range slices.Backward(chain) {
			last++
			p[next].item = last
		}
	}
}

// of returns the number of the item of a row, and sets Twice and Coming of the row. It returns
// false for a row that the plan does not have.
func (p importPlan) of(r *ImportRow) (item int, known bool) {
	i, known := slices.BinarySearchFunc(p, r.Line, func(r plannedRow, line int) int { return cmp.Compare(r.line, line) })
	if !known {
		return 0, false
	}
	r.Twice, r.Coming = 0, 0
	if first := p[i].first; int(first) != i {
		r.Twice = p[first].line
	}
	if boss := p[i].boss; boss >= 0 {
		r.Coming = int(p[boss].item)
	}
	return int(p[i].item), true
}

package history

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// TestBlockRanges divides ranges of numbers: one block, twice as many each time, eight at most,
// from either side.
func TestBlockRanges(t *testing.T) {
	t.Parallel()
	const block = users.EventBlockSize
	for name, test := range map[string]struct {
		q        Query
		from, to int64
		want     []seqRange
	}{
		"no events":         {Query{}, 1, 0, nil},
		"in one block":      {Query{}, 5, 70, []seqRange{{5, 70}}},
		"the newest first":  {Query{}, 5, 20*block + 70, []seqRange{{20 * block, 20*block + 70}, {18 * block, 20*block - 1}, {14 * block, 18*block - 1}, {6 * block, 14*block - 1}, {5, 6*block - 1}}},
		"the oldest first":  {Query{Before: "4"}, 5, 20*block + 70, []seqRange{{5, block - 1}, {block, 3*block - 1}, {3 * block, 7*block - 1}, {7 * block, 15*block - 1}, {15 * block, 20*block + 70}}},
		"from block limits": {Query{}, block, 2*block - 1, []seqRange{{block, 2*block - 1}}},
	} {
		if diff := cmp.Diff(test.want, test.q.blockRanges(test.from, test.to), cmp.AllowUnexported(seqRange{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

package database

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"

	"golang.org/x/sync/errgroup"
)

// A lot is some rows of a table, one after the other: first, in two bytes, the number of
// values that are written; then all values, those that are generated at the end. Before
// each stands its length in four bytes, -1 for NULL. But for the generated values, that
// is how PostgreSQL's binary COPY has rows.
type lot struct {
	rows []byte
	ends []rowEnd
}

// A rowEnd is where a row ends, and where the values in it that are written do.
type rowEnd struct{ written, whole int }

// lotSize is how many bytes a lot has, about.
const lotSize = 256 << 10

// newLot returns a lot without rows.
func newLot() *lot { return &lot{rows: make([]byte, 0, lotSize+lotSize/8)} }

// each calls do with each row: the whole of it, and how much of that is written.
func (l *lot) each(do func(row []byte, written int) error) error {
	at := 0
	for _, end := range l.ends {
		if err := do(l.rows[at:end.whole], end.written-at); err != nil {
			return err
		}
		at = end.whole
	}
	return nil
}

// nextValue returns the first value of those that stand one after the other, nil for
// NULL, and the rest.
func nextValue(values []byte) (value, rest []byte) {
	size := int32(binary.BigEndian.Uint32(values))
	if size < 0 {
		return nil, values[4:]
	}
	return values[4 : 4+size : 4+size], values[4+size:]
}

// A digest says which rows a table holds, in whatever order: how many, and the sum of
// their SHA-256 as numbers of 256 bits.
type digest struct {
	rows int64
	sum  [4]uint64
}

// addLot adds the rows of a lot.
func (d *digest) addLot(l *lot) {
	_ = l.each(func(row []byte, _ int) error { d.add(row); return nil })
}

// add adds a row.
func (d *digest) add(row []byte) {
	d.rows++
	h := sha256.Sum256(row)
	var carry uint64
	for i := range d.sum {
		d.sum[i], carry = bits.Add64(d.sum[i], binary.LittleEndian.Uint64(h[8*i:]), carry)
	}
}

// String returns the sum in hexadecimal.
func (d digest) String() string {
	var sum []byte
	for _, part := range d.sum {
		sum = binary.LittleEndian.AppendUint64(sum, part)
	}
	return hex.EncodeToString(sum)
}

// pipe has rows read, looked at and written at the same time.
func pipe(ctx context.Context, t *sheet, from side, look func(*lot), write sheetWriter) error {
	read, looked := make(chan *lot, 8), make(chan *lot, 8)
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error {
		err := from.read(ctx, t, func(l *lot) error { return send(ctx, read, l) })
		if err == nil {
			close(read) // after an error it is ctx that ends the others
		}
		return err
	})
	all.Go(func() error {
		for {
			l, err := receive(ctx, read)
			if err != nil {
				return err
			}
			if l == nil {
				close(looked)
				return nil
			}
			look(l)
			if err := send(ctx, looked, l); err != nil {
				return err
			}
		}
	})
	all.Go(func() error { return write(ctx, t, looked) })
	return all.Wait()
}

// send sends a lot unless ctx is done.
func send(ctx context.Context, to chan<- *lot, l *lot) error {
	select {
	case to <- l:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// receive returns the next lot, nil if there are no more.
func receive(ctx context.Context, from <-chan *lot) (*lot, error) {
	select {
	case l := <-from:
		return l, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

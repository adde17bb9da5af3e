package copying

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"

	"golang.org/x/sync/errgroup"
)

// A batch is some rows of a table, in the form of PostgreSQL's binary COPY except for
// generated values: of each row the number of written values in two bytes, then all values,
// the generated ones last. Each value has its length before it in four bytes, -1 for NULL.
type batch struct {
	rows []byte
	ends []rowEnd
}

// A rowEnd is the offset at which a row ends, and that at which its written values end.
type rowEnd struct{ written, whole int }

// batchSize is the size in bytes from which a batch is complete.
const batchSize = 256 << 10

// newBatch returns an empty batch.
func newBatch() *batch { return &batch{rows: make([]byte, 0, batchSize+batchSize/8)} }

// each calls do with each row, and how many of its bytes are written.
func (b *batch) each(do func(row []byte, written int) error) error {
	at := 0
	for _, end := range b.ends {
		if err := do(b.rows[at:end.whole], end.written-at); err != nil {
			return err
		}
		at = end.whole
	}
	return nil
}

// nextValue returns the first of some values, nil for NULL, and the rest.
func nextValue(values []byte) (value, rest []byte) {
	size := int32(binary.BigEndian.Uint32(values))
	if size < 0 {
		return nil, values[4:]
	}
	return values[4 : 4+size : 4+size], values[4+size:]
}

// A digest identifies the rows of a table regardless of their order: their number, and the
// sum of their SHA-256 as numbers of 256 bits.
type digest struct {
	rows int64
	sum  [4]uint64
}

// addBatch adds the rows of a batch.
func (d *digest) addBatch(b *batch) {
	_ = b.each(func(row []byte, _ int) error { d.add(row); return nil })
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

// pipe reads, observes and writes the rows of a table in three goroutines.
func pipe(ctx context.Context, t *table, from store, observe func(*batch), write tableWriter) error {
	read, observed := make(chan *batch, 8), make(chan *batch, 8)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		err := from.read(ctx, t, func(b *batch) error { return send(ctx, read, b) })
		if err == nil {
			close(read) // after an error ctx ends the other goroutines
		}
		return err
	})
	group.Go(func() error {
		for {
			b, err := receive(ctx, read)
			if err != nil {
				return err
			}
			if b == nil {
				close(observed)
				return nil
			}
			observe(b)
			if err := send(ctx, observed, b); err != nil {
				return err
			}
		}
	})
	group.Go(func() error { return write(ctx, t, observed) })
	return group.Wait()
}

// send sends a batch unless ctx is done.
func send(ctx context.Context, to chan<- *batch, b *batch) error {
	select {
	case to <- b:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// receive returns the next batch, nil if there are no more.
func receive(ctx context.Context, from <-chan *batch) (*batch, error) {
	select {
	case b := <-from:
		return b, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

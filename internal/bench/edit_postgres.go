package main

import (
	"context"
	"errors"
	"fmt"
)

// measureEditsBare has edits over HTTP compete with their bare statements, which edit
// other users of the same directory, on one connection and on many. Both wait for the
// same lock, one after the other.
func measureEditsBare(ctx context.Context, b *bench) error {
	forms, err := editForms(ctx, b.large, 2*edited)
	if err != nil {
		return err
	}
	if len(forms) < 2*edited {
		return errors.New("found too few users to edit")
	}
	for _, n := range []int{1, connections} {
		if err := measureEditsOn(ctx, b, n, forms); err != nil {
			return err
		}
	}
	return nil
}

// measureEditsOn does so on n connections. Half of the forms are posted; the users of
// the others are edited by bare statements.
func measureEditsOn(ctx context.Context, b *bench, n int, forms []*form) (err error) {
	conns, err := connectBare(ctx, b.largeURL, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conns.close()) }()
	edits, err := bareEdits(ctx, b.largeURL, conns, forms[edited:])
	if err != nil {
		return err
	}
	var wires []*wire
	for range n {
		w, err := dial(ctx, b.large.address)
		if err != nil {
			return err
		}
		defer w.Close()
		wires = append(wires, w)
	}
	posting := conns.together(func(_ context.Context, i, turn int) error {
		mine := forms[i*edited/n : (i+1)*edited/n]
		return mine[turn%len(mine)].post(b.large, wires[i])
	})
	server := b.postgres.cpu(ctx, b.largeURL)
	of, err := compete(ctx, b.rounds, b.turn, []rival{{statementsOnly, ourCPU, conns.editing(edits), server}, {asPage, b.large.process.cpu, posting, server}})
	if err != nil {
		return err
	}
	b.addEdits(n, of[statementsOnly], of[asPage])
	return nil
}

// bareEdits returns an edit by bare statements for each connection, of users of its own.
// The first is made, to see that it comes to an edit.
func bareEdits(ctx context.Context, url string, conns bare, forms []*form) (edits []*bareEdit, err error) {
	in, err := openInside(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	for i := range conns {
		var ids []string
		for _, f := range forms[i*len(forms)/len(conns) : (i+1)*len(forms)/len(conns)] {
			ids = append(ids, f.id)
		}
		edit, err := in.bareEdit(ctx, ids)
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit)
		if err := in.checkBare(ctx, ids[0], func() error { return edit.editOn(ctx, conns[i], 0) }); err != nil {
			return nil, err
		}
	}
	return edits, nil
}

// addEdits adds the line of edits on n connections to the table.
func (b *bench) addEdits(n int, s, page figures) {
	share := page.rate / s.rate
	b.others.add(fmt.Sprintf("edit, over HTTP, connections: %d", n), "≥ 60 % of its bare statements with the same lock",
		fmt.Sprintf("%s against %s a second: %.0f %%; p50 %s against %s, p99 %s against %s; CPU %.0f + %.0f against %.0f + %.0f µs",
			rate(page.rate), rate(s.rate), 100*share, milliseconds(page.p50), milliseconds(s.p50), milliseconds(page.p99), milliseconds(s.p99),
			page.cpu, page.server, s.cpu, s.server), yes(share >= 0.6))
}

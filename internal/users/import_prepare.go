package users

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// PrepareImport prepares a batch that adds the people in the rows, and changes those who exist. A
// row whose manager is in a later row is worked on after it. PrepareImport returns a
// [*ForbiddenError], an [*InvalidError] on rows, columns and reason, [ErrUnknown], and the errors
// of rows.
func (s *Service) PrepareImport(ctx context.Context, actor Actor, v ImportValues, rows ImportRows, reason string) (BatchID, error) {
	plan, err := v.plan(rows)
	if err != nil {
		return "", fmt.Errorf("prepare import: %w", err)
	}
	in := BatchInput{Act: BatchImport, Values: BatchValues{Import: &v}, Reason: reason}
	return s.prepare(ctx, actor, in, "", newItems{len(plan), s.importItems(ctx, v, plan, rows)}, false)
}

// importItems yields an item for each row, with the key of the user who has its user_id.
func (s *Service) importItems(ctx context.Context, v ImportValues, plan importPlan, rows ImportRows) iter.Seq2[newItem, error] {
	return func(yield func(newItem, error) bool) {
		some := make([]ImportRow, 0, itemsPerStatement)
		for r, err := range rows {
			if err != nil {
				yield(newItem{}, err)
				return
			}
			if some = append(some, r); len(some) == itemsPerStatement {
				if !s.yieldItems(ctx, v, plan, some, yield) {
					return
				}
				some = some[:0]
			}
		}
		s.yieldItems(ctx, v, plan, some, yield)
	}
}

// yieldItems yields the items of some rows. It returns false if no more are wanted.
func (s *Service) yieldItems(ctx context.Context, v ImportValues, plan importPlan, rows []ImportRow, yield func(newItem, error) bool) bool {
	ids := make([]ID, len(rows))
	for i, r := range rows {
		ids[i] = EnteredID(v.cell(r, ImportID))
	}
	keys, err := s.keysOf(ctx, ids)
	for i, r := range rows {
		item := newItem{key: keys[ids[i]]}
		if number, known := plan.of(&r); err == nil && known {
			item.number = number
			var input []byte
			input, err = json.Marshal(r)
			item.input = string(input)
		} else if err == nil {
			err = ErrBatchState // an import whose rows have changed meanwhile
		}
		if !yield(item, err) || err != nil {
			return false
		}
	}
	return true
}

// keysOf returns the keys of the users with the user_ids that exist, of which there are at most
// [itemsPerStatement].
func (s *Service) keysOf(ctx context.Context, ids []ID) (map[ID]Key, error) {
	var f database.Filter
	asked := make([]string, len(ids))
	for i, id := range ids {
		asked[i] = f.Arg(id)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (r Ref, err error) { return r, row.Scan(&r.ID, &r.Key) },
		`SELECT user_id, key FROM users WHERE user_id IN (`+strings.Join(asked, `, `)+`)`, f.Args...)
	keys := make(map[ID]Key, len(found))
	for _, r := range found {
		keys[r.ID] = r.Key
	}
	return keys, err
}

// ImportOf returns an import and its rows, to be corrected and prepared again. Its errors are those
// of [Service.Batch], and [ErrBatchState] if the batch is no import. Reading the rows returns
// [ErrBatchState] if they are erased.
func (s *Service) ImportOf(ctx context.Context, actor Actor, id BatchID) (b Batch, rows ImportRows, err error) {
	if b, err = s.Batch(ctx, actor, id); err == nil && b.Values.Import == nil {
		err = ErrBatchState
	}
	if err != nil {
		return b, nil, fmt.Errorf("import %s: %w", id, err)
	}
	return b, func(yield func(ImportRow, error) bool) {
		for first := 1; first <= b.Items; first += itemsPerStatement {
			some, err := database.Collect(ctx, s.reads(), scanImportRow,
				`SELECT input FROM batch_items WHERE batch = $1 AND item BETWEEN $2 AND $3`, id, first, first+itemsPerStatement-1)
			if err != nil {
				yield(ImportRow{}, fmt.Errorf("rows of import %s: %w", id, err))
				return
			}
			for _, r := range some {
				if !yield(r, nil) {
					return
				}
			}
		}
	}, nil
}

// MaxInvited is how many addresses [Service.ImportInvited] returns at most.
const MaxInvited = 5_000

// ImportInvited returns the user_ids of the people whom an import has added and who have not signed
// in yet, in the order of the import. Its errors are those of [Service.Batch].
func (s *Service) ImportInvited(ctx context.Context, actor Actor, id BatchID) ([]ID, error) {
	if _, err := s.Batch(ctx, actor, id); err != nil {
		return nil, err
	}
	ids, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (id ID, err error) { return id, row.Scan(&id) },
		`SELECT u.user_id FROM batch_items i JOIN users u ON u.key = i.user_key
		WHERE i.batch = $1 AND i.state = 'changed' AND i.version = 0 AND u.status = 'invited' ORDER BY i.item LIMIT $2`, id, MaxInvited)
	if err != nil {
		return nil, fmt.Errorf("invited by import %s: %w", id, err)
	}
	return ids, nil
}

func scanImportRow(row database.Scanner) (r ImportRow, err error) {
	var input string
	if err := row.Scan(&input); err != nil {
		return r, err
	}
	if input == "" {
		return r, ErrBatchState
	}
	return r, json.Unmarshal([]byte(input), &r)
}

package users

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// PrepareImport prepares a batch that adds the people in the rows, and changes those who exist. A
// row whose manager is in a later row is worked on after it. PrepareImport returns a
// [*ForbiddenError], an [*InvalidError] on rows, columns and reason, and [ErrUnknown].
func (s *Service) PrepareImport(ctx context.Context, actor Actor, v ImportValues, rows []ImportRow, reason string) (BatchID, error) {
	items, err := s.importItems(ctx, v, rows)
	if err != nil {
		return "", fmt.Errorf("prepare import: %w", err)
	}
	return s.prepare(ctx, actor, BatchInput{Act: BatchImport, Values: BatchValues{Import: &v}, Reason: reason}, "", items, false)
}

// importItems returns an item for each row, with the key of the user who has its user_id.
func (s *Service) importItems(ctx context.Context, v ImportValues, rows []ImportRow) ([]newItem, error) {
	ids := make([]ID, len(rows))
	for i, r := range rows {
		ids[i] = EnteredID(v.cell(r, ImportID))
	}
	keys, err := s.keysOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	items := make([]newItem, 0, len(rows))
	for _, i := range v.managersFirst(rows, ids) {
		input, err := json.Marshal(rows[i])
		if err != nil {
			return nil, err
		}
		items = append(items, newItem{key: keys[ids[i]], input: string(input)})
	}
	return items, nil
}

// managersFirst returns the indexes of the rows, each after that of its manager, and sets Twice and
// Coming of the rows. Of rows that are each other's managers one is after its manager.
func (v ImportValues) managersFirst(rows []ImportRow, ids []ID) []int {
	at := make(map[ID]int, len(rows)) // index of the first row with that user_id
	for i, id := range ids {
		first, known := at[id]
		if !known {
			first, at[id] = i, i
		}
		rows[i].Twice = 0
		if known && id != "" {
			rows[i].Twice = rows[first].Line
		}
	}
	managers := v.managerRows(rows, at)
	order, item := make([]int, 0, len(rows)), make([]int, len(rows))
	for i := range rows {
		var chain []int // of rows to place, from i to its highest manager
		for next := i; next >= 0 && item[next] == 0; next = managers[next] {
			item[next] = -1
			chain = append(chain, next)
		}
		for _, next := range slices.Backward(chain) {
			order = append(order, next)
			item[next] = len(order)
		}
	}
	for i, manager := range managers {
		rows[i].Coming = 0
		if manager >= 0 {
			rows[i].Coming = item[manager]
		}
	}
	return order
}

// managerRows returns for each row the index of the row of its manager, -1 for none. at has the
// index of each user_id.
func (v ImportValues) managerRows(rows []ImportRow, at map[ID]int) []int {
	managers := make([]int, len(rows))
	for i := range rows {
		manager := EnteredID(v.cell(rows[i], ImportManager))
		boss, known := at[manager]
		if !known || manager == "" || boss == i {
			boss = -1
		}
		managers[i] = boss
	}
	return managers
}

// keysOf returns the keys of the users with the user_ids that exist.
func (s *Service) keysOf(ctx context.Context, ids []ID) (map[ID]Key, error) {
	keys := make(map[ID]Key)
	for some := range slices.Chunk(ids, itemsPerStatement) {
		var f database.Filter
		asked := make([]string, len(some))
		for i, id := range some {
			asked[i] = f.Arg(id)
		}
		found, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (r Ref, err error) { return r, row.Scan(&r.ID, &r.Key) },
			`SELECT user_id, key FROM users WHERE user_id IN (`+strings.Join(asked, `, `)+`)`, f.Args...)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			keys[r.ID] = r.Key
		}
	}
	return keys, nil
}

// ImportOf returns the rows of an import in the order of the file, to be corrected and prepared
// again. Its errors are those of [Service.Batch], and [ErrBatchState] if the batch is no import or
// its rows are erased.
func (s *Service) ImportOf(ctx context.Context, actor Actor, id BatchID) (v ImportValues, rows []ImportRow, err error) {
	b, err := s.Batch(ctx, actor, id)
	if err == nil && b.Values.Import == nil {
		err = ErrBatchState
	}
	if err == nil {
		v = *b.Values.Import
		rows, err = database.Collect(ctx, s.reads(), scanImportRow, `SELECT input FROM batch_items WHERE batch = $1 ORDER BY item`, id)
	}
	if err != nil {
		return v, nil, fmt.Errorf("import %s: %w", id, err)
	}
	slices.SortStableFunc(rows, func(a, b ImportRow) int { return a.Line - b.Line })
	return v, rows, nil
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

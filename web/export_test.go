package web

import "github.com/roboto-ai/console/internal/users"

// Routes returns the table of all routes, for the tests that walk it.
func (a *App) Routes() []route { return a.table }

// OwnPath is ownPath, for the table of addresses that lead elsewhere.
func (a *App) OwnPath(to string) string { return a.ownPath(to) }

// Exported returns the file that an export of users in a format is.
func Exported(format string, all ...*users.Exported) (string, error) {
	for _, f := range exportFormats {
		if f.value != format {
			continue
		}
		b, add := []byte(f.head), f.rows()
		for _, u := range all {
			var err error
			if b, err = add(b, u); err != nil {
				return "", err
			}
		}
		return string(b), nil
	}
	return "", nil
}

// SetBudget sets how many bytes requests may hold together.
func (a *App) SetBudget(size int64) { a.budget.size = size }

// RequestsUnderWay returns how many requests are being answered.
func (a *App) RequestsUnderWay() int64 { return a.budget.requests.Load() }

package web

// Routes returns the table of all routes, for the tests that walk it.
func (a *App) Routes() []route { return a.table }

// OwnPath is ownPath, for the table of addresses that lead elsewhere.
func (a *App) OwnPath(to string) string { return a.ownPath(to) }

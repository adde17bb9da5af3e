package users

// SetMost has s put no more users in order for a page than n, so that a test needs
// no tens of thousands to see what becomes of more.
func (s *Service) SetMost(n int) { s.config.MaxSorted = n }

// SetExportSlice has s read n users at a time for an export.
func (s *Service) SetExportSlice(n int) { s.config.ExportSlice = n }

package directory

// SetMost sets how many users s sorts for a page, so that a test with more needs no tens of
// thousands.
func (s *Service) SetMost(n int) { s.config.MaxSorted = n }

// SetExportSlice sets how many users one statement reads for an export.
func (s *Service) SetExportSlice(n int) { s.config.ExportSlice = n }

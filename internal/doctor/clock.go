package doctor

import (
	"fmt"
	"net/http"
	"time"
)

// Limits of the difference between the clocks. Beyond clockWrong, ID tokens are refused.
const (
	clockDoubtful = 30 * time.Second
	clockWrong    = 2 * time.Minute
)

// clock compares this machine's clock with the header Date of the provider. Without one it
// returns nothing: see [examination.clockWithoutDate].
func (e *examination) clock(got response) []Finding {
	theirs, err := http.ParseTime(got.header.Get("Date"))
	if err != nil {
		return nil
	}
	return []Finding{compareClocks(got.asked, theirs)}
}

// clockWithoutDate compares this machine's clock with the iat of the sign-in's ID token.
func (e *examination) clockWithoutDate() Finding {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.issued.IsZero() {
		return unknown("clock", "The provider's responses have no header Date, so its clock cannot be compared with this machine's.",
			"Run console doctor --sign-in, which compares them by the ID token.")
	}
	return compareClocks(e.received, e.issued)
}

// compareClocks returns the finding on two clocks read at the same time. theirs is in whole
// seconds.
func compareClocks(ours, theirs time.Time) Finding {
	off := ours.Sub(theirs.Add(time.Second / 2)).Round(time.Second)
	direction := "ahead of"
	if off < 0 {
		direction = "behind"
	}
	found := fmt.Sprintf("This machine's clock is %.0f seconds %s the provider's.", off.Abs().Seconds(), direction)
	fix := "Synchronise this machine's clock with NTP, for example with timedatectl set-ntp true; if it is right, the provider's is wrong."
	switch {
	case off.Abs() > clockWrong:
		return wrong("clock", found, fix+" Until then sign-ins are refused.")
	case off.Abs() > clockDoubtful:
		return warning("clock", found, fix)
	}
	return ok("clock", "This machine's clock and the provider's agree.")
}

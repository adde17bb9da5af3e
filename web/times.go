package web

import (
	"time"

	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

const day = 24 * time.Hour

// timeAs shows a moment to someone in zone at the time now. The zero time is the zero Time.
func timeAs(at, now time.Time, zone *time.Location) views.Time {
	if at.IsZero() {
		return views.Time{}
	}
	at = at.In(zone)
	return views.Time{ISO: at.Format(time.RFC3339), Exact: words.Moment(at), Relative: words.Relative(now.Sub(at))}
}

package words_test

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/web/words"
)

func TestDaysLeft(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for left, want := range map[time.Duration]string{
		30 * day: "30 days left", 30*day - time.Second: "30 days left", 29 * day: "29 days left",
		day: "1 day left", day - time.Second: "less than a day left",
	} {
		if got := words.DaysLeft(left); got != want {
			t.Errorf("%v: got %q, want %q", left, got, want)
		}
	}
}

package users

import (
	"cmp"
	"slices"
	"time"
)

const (
	// usesKept is how long uses of tokens are kept, on which a [Verdict] is based.
	usesKept = 90 * 24 * time.Hour
	// usedDays is that many days.
	usedDays = 90
	// leastUses is the number of uses from which a time without a use means something.
	leastUses = 3
	// leastSilence is the least time without a use before a token is safe to retire.
	leastSilence = 24 * time.Hour
)

// A Verdict says whether a token that has a successor can be retired, and what is missing.
type Verdict struct {
	Safe bool // all that follows holds

	Clients int // that used the token in 90 days
	Settled int // of them, those that have switched or were struck off

	Uses       int  // of the token in 90 days that were not refused
	EnoughUses bool // three at least: of fewer nothing can be concluded

	LastUsed time.Time     // of the token, refused or not; zero for never in 90 days
	Silent   time.Duration // since then
	Needed   time.Duration // twice the longest time between two uses; 24 hours at least
	SafeFrom time.Time     // when it has been silent for long enough, if it is not used until then

	Waiting *TokenClient // of the clients that have not switched, the one that is expected first; nil if none is
}

// AllSettled reports whether every client that used the token has switched or was struck off.
func (v Verdict) AllSettled() bool { return v.Settled == v.Clients }

// SilentEnough reports whether the token has been silent for as long as is needed.
func (v Verdict) SilentEnough() bool { return !v.LastUsed.IsZero() && v.Silent >= v.Needed }

// verdictOn returns the verdict on the token old, of its uses and its clients.
func verdictOn(rows []useRow, old TokenID, clients []TokenClient, now time.Time) Verdict {
	v := Verdict{Clients: len(clients), Needed: leastSilence}
	for i, c := range clients {
		if c.State != ClientNotSwitched {
			v.Settled++
		} else if !c.Next.IsZero() && (v.Waiting == nil || c.Next.Before(v.Waiting.Next)) {
			v.Waiting = &clients[i]
		}
	}
	var own []useRow
	for _, r := range rows {
		if r.token == old {
			own = append(own, r)
			v.Uses += r.uses
			v.LastUsed = later(v.LastUsed, r.at())
		}
	}
	v.EnoughUses = v.Uses >= leastUses
	if !v.LastUsed.IsZero() {
		v.Silent = now.Sub(v.LastUsed)
		v.Needed = max(v.Needed, 2*longestGap(own))
		v.SafeFrom = v.LastUsed.Add(v.Needed)
	}
	v.Safe = v.EnoughUses && v.AllSettled() && v.SilentEnough()
	return v
}

// longestGap returns the longest time between two uses of one token. Within a day only the hours are
// known: the gap is the longest that these allow.
func longestGap(rows []useRow) (longest time.Duration) {
	days := daysOfUse(rows)
	for i, d := range days {
		if i > 0 {
			longest = max(longest, d.first.Sub(days[i-1].last))
		}
		before := -1
		for hour := range 24 {
			if d.hours&(1<<hour) == 0 {
				continue
			}
			if before >= 0 {
				longest = max(longest, min(time.Duration(hour-before+1)*time.Hour, d.last.Sub(d.first)))
			}
			before = hour
		}
	}
	return longest
}

// A usedDay is a day on which a token was used by one client or several.
type usedDay struct {
	day         Date
	hours       uint32
	first, last time.Time
}

// daysOfUse returns the days on which a token was used, in order.
func daysOfUse(rows []useRow) (days []usedDay) {
	for _, r := range slices.SortedFunc(slices.Values(rows), func(a, b useRow) int { return cmp.Compare(a.day, b.day) }) {
		first := r.first
		if r.refused > 0 { // of refused uses the first is not kept, only its hour
			r.slots(func(slot time.Time) {
				if first.IsZero() || slot.Add(time.Hour).Before(first) {
					first = slot
				}
			})
		}
		if n := len(days); n > 0 && days[n-1].day == r.day {
			d := &days[n-1]
			d.hours, d.last = d.hours|r.hours, later(d.last, r.at())
			if first.Before(d.first) {
				d.first = first
			}
			continue
		}
		days = append(days, usedDay{r.day, r.hours, first, r.at()})
	}
	return days
}

// A UseDay is how often a token and its successors were used on a day.
type UseDay struct {
	Day        Date // of UTC
	Old, New   int  // uses that were not refused
	OldRefused int
	NewRefused int
}

// dailyUses returns the last 90 days up to now of a token and its successors.
func dailyUses(rows []useRow, old TokenID, now time.Time) (days [usedDays]UseDay) {
	index := make(map[Date]int, usedDays)
	for i := range days {
		days[i].Day = DateOf(now.UTC().AddDate(0, 0, i-usedDays+1))
		index[days[i].Day] = i
	}
	for _, r := range rows {
		i, ok := index[r.day]
		switch {
		case !ok:
		case r.token == old:
			days[i].Old, days[i].OldRefused = days[i].Old+r.uses, days[i].OldRefused+r.refused
		default:
			days[i].New, days[i].NewRefused = days[i].New+r.uses, days[i].NewRefused+r.refused
		}
	}
	return days
}

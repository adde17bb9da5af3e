package users

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

const (
	// maxClients is how many clients of a token are kept apart on one day; all others count
	// together, without tool and network.
	maxClients = 64

	// maxAddresses is how many addresses of one tool in an IPv4 /24 are kept apart on one day;
	// further ones count as the /24.
	maxAddresses = 8
)

// writeUses writes the counts of a [useCollector]: the rows of uses, then the answers to askers, the
// last uses of tokens, and when users were last seen. All consoles write rows in the same order, so
// that there is no deadlock.
func (s *Service) writeUses(all []useCount) error {
	var work []bookkeeping
	last, seen := map[TokenID]*useCount{}, map[Key]*useCount{}
	for i := range all {
		n := &all[i]
		work = append(work, usesOf(n))
		if n.uses == 0 {
			continue
		}
		if last[n.token] == nil || n.last.After(last[n.token].last) {
			last[n.token] = n
		}
		if n.user != "" && (seen[n.user] == nil || n.last.After(seen[n.user].last)) {
			seen[n.user] = n
		}
	}
	for i, n := range all {
		if n.asker != "" {
			work = append(work, introspected(&all[i]))
		}
	}
	for _, token := range slices.Sorted(maps.Keys(last)) {
		work = append(work, lastUse(last[token]))
	}
	for _, user := range slices.Sorted(maps.Keys(seen)) {
		work = append(work, userSeen(seen[user]))
	}
	return s.note(context.Background(), work...)
}

// network returns the network of a client as it is stored, and the wider one that is stored if its
// tool has too many addresses there.
func (k useKey) network() (own, wide string) {
	switch {
	case !k.address.IsValid():
		return "", ""
	case k.address.Is6():
		wide = netip.PrefixFrom(k.address, 64).String()
		return wide, wide
	}
	return k.address.String(), netip.PrefixFrom(k.address, 24).Masked().String()
}

// date returns the day of k.
func (k useKey) date() Date { return DateOf(time.Unix(int64(k.day)*24*60*60, 0).UTC()) }

// usesOf adds to the row of a client and day. The row depends on the number of others, see maxClients
// and maxAddresses. The address range is that of the texts that begin with the first three numbers
// of an IPv4 address and a dot.
func usesOf(n *useCount) bookkeeping {
	own, wide := n.network()
	from, _, _ := strings.Cut(wide, "0/24")
	return bookkeeping{`INSERT INTO token_uses AS u (token, day, asker, tool, network, address, uses, refused, hours, first_at, last_at, refused_at)
		SELECT t.id, $2, $3, CASE WHEN c.place = 'others' THEN '' ELSE $4 END, CASE c.place WHEN 'own' THEN $5 WHEN 'wide' THEN $6 ELSE '' END,
			$7, $8, $9, $10, $11, $12, $13
		FROM tokens t CROSS JOIN (SELECT CASE
			WHEN EXISTS (SELECT 1 FROM token_uses WHERE token = $1 AND day = $2 AND asker = $3 AND tool = $4 AND network = $5) THEN 'own'
			WHEN EXISTS (SELECT 1 FROM token_uses WHERE token = $1 AND day = $2 AND asker = $3 AND tool = $4 AND network = $6) THEN 'wide'
			WHEN (SELECT COUNT(*) FROM token_uses WHERE token = $1 AND day = $2) >= $14 THEN 'others'
			WHEN (SELECT COUNT(*) FROM token_uses WHERE token = $1 AND day = $2 AND asker = $3 AND tool = $4
				AND network >= $15 AND network < $16) >= $17 THEN 'wide'
			ELSE 'own' END AS place) AS c
		WHERE t.id = $1
		ON CONFLICT (token, day, asker, tool, network) DO UPDATE SET
			address = CASE WHEN COALESCE(excluded.last_at, excluded.refused_at) >= COALESCE(u.last_at, u.refused_at) THEN excluded.address ELSE u.address END,
			uses = u.uses + excluded.uses, refused = u.refused + excluded.refused, hours = u.hours | excluded.hours,
			first_at = CASE WHEN u.first_at <= excluded.first_at THEN u.first_at ELSE COALESCE(excluded.first_at, u.first_at) END,
			last_at = CASE WHEN u.last_at >= excluded.last_at THEN u.last_at ELSE COALESCE(excluded.last_at, u.last_at) END,
			refused_at = CASE WHEN u.refused_at >= excluded.refused_at THEN u.refused_at ELSE COALESCE(excluded.refused_at, u.refused_at) END`,
		[]any{n.token, n.date(), n.asker, n.tool, own, wide, addressText(n.lastAddress), n.uses, n.refused, int64(n.hours),
			timeOrNull(n.first), timeOrNull(n.last), timeOrNull(n.refusedAt),
			maxClients, from, strings.TrimSuffix(from, ".") + "/", maxAddresses}}
}

// lastUse stores the last use of a token that was not refused.
func lastUse(n *useCount) bookkeeping {
	return bookkeeping{`UPDATE tokens SET used_at = $1, used_on = $2, used_address = $3, used_tool = $4
		WHERE id = $5 AND (used_at IS NULL OR used_at < $1)`,
		[]any{database.Time(n.last), n.date(), addressText(n.lastAddress), n.tool, n.token}}
}

// seenEvery is the precision of when a user was last seen.
const seenEvery = time.Minute

// userSeen stores when a user was last seen with a token.
func userSeen(n *useCount) bookkeeping {
	return bookkeeping{`UPDATE users SET seen_at = $1 WHERE key = $2 AND seen_at <= $3`, []any{database.Time(n.last), n.user, database.Time(n.last.Add(-seenEvery))}}
}

// addressText returns an IP address as it is stored, empty for none.
func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// timeOrNull returns a time as it is stored where the zero time is NULL.
func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return database.Time(t)
}

// usesDeleted is how many rows of uses are deleted at once: at midnight the rows of a whole day expire.
const usesDeleted = 5_000

// deleteOldUses deletes uses of tokens that are older than 90 days.
func deleteOldUses(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM token_uses WHERE (token, day, asker, tool, network) IN
		(SELECT token, day, asker, tool, network FROM token_uses WHERE day < $1 LIMIT $2)`, []any{DateOf(now.Add(-usesKept)), usesDeleted}}
}

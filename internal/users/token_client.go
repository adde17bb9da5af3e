package users

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A ClientState says whether a client of a token that is being replaced has switched to its
// successor.
type ClientState string

// The states of clients.
const (
	ClientNotSwitched ClientState = "not_switched"
	ClientSwitched    ClientState = "switched"
	ClientStruckOff   ClientState = "struck_off" // an actor struck it off, and it has not used the token since
)

// A TokenClient is a program that uses a token: a tool in a network, or a system that asks
// about tokens it is shown. Versions of a tool are one client.
type TokenClient struct {
	Asker    Ref    // the system that asks; zero for a tool
	Tool     string // name and newest version, such as "roboto-sdk 0.62"; empty if it gives none
	Network  string // an IPv4 address, an IPv4 /24 or an IPv6 /64; empty: not known, or many
	Name     string // of the tool without its version: with Asker.Key and Network what the client is named by
	Cadence  Cadence
	Refused  int       // uses that were refused
	LastOld  time.Time // last use, refused or not, of the token that is replaced; or of the only one
	LastNew  time.Time // last use of one of its successors that was not refused
	Next     time.Time // when it is expected to use a token next; zero where nothing can be said
	State    ClientState
	StruckAt time.Time // with ClientStruckOff
	StruckBy Ref       // with ClientStruckOff; zero: the command line
}

// changes is what the history has of c: the system that asks, or a tool and its network.
func (c TokenClient) changes() []Change {
	if c.Asker.Key != "" {
		return []Change{{Field: "asker", New: personValue(c.Asker)}}
	}
	return []Change{{Field: "client", New: c.Name}, {Field: "network", New: c.Network}}
}

// Label returns the name of c: "roboto-sdk at 10.0.4.7", or the user_id of an
// asking system.
func (c TokenClient) Label() string {
	if c.Asker.Key != "" {
		return string(cmp.Or(c.Asker.ID, ID(c.Asker.Key)))
	}
	return cmp.Or(c.Name, "a program without a name") + " at " + cmp.Or(c.Network, "several addresses")
}

// A useRow is the uses of a token by a client on a day, as they are stored.
type useRow struct {
	token         TokenID
	day           Date
	asker         Ref
	tool, network string
	uses, refused int
	hours         uint32
	first, last   time.Time // not refused; zero without one
	refusedAt     time.Time // zero without one
}

// at returns the time of the last use, refused or not.
func (r useRow) at() time.Time {
	if r.refusedAt.After(r.last) {
		return r.refusedAt
	}
	return r.last
}

// slots calls add with the beginning of each hour in which the token was used.
func (r useRow) slots(add func(time.Time)) {
	midnight := r.day.Time()
	for hour := range 24 {
		if r.hours&(1<<hour) != 0 {
			add(midnight.Add(time.Duration(hour) * time.Hour))
		}
	}
}

// A struckClient is a client that was struck off by name.
type struckClient struct {
	asker         Key
	name, network string
	at            time.Time
	by            Ref
}

// clientsOf returns the clients that used the old token, the newest use first. The rows are the
// uses of the old token and of its successors. Cadences are by the clock of zone.
//
// A client is identified by the name of its tool, without the version, and by its network. Where
// more than maxAddresses addresses of a tool in one /24 used the old token, the /24 is one client.
// A client has switched when its tool was seen with a successor from its network: from the very
// address, if it is one.
func clientsOf(rows []useRow, old TokenID, struck []struckClient, now time.Time, zone *time.Location) []TokenClient {
	wide := wideNetworks(rows, old)
	own := map[clientKey][]useRow{}
	for _, r := range rows {
		key := wide.client(r)
		own[key] = append(own[key], r)
	}
	var all []TokenClient
	for key, rows := range own {
		if slices.ContainsFunc(rows, func(r useRow) bool { return r.token == old }) {
			c := TokenClient{Asker: rows[0].asker, Name: key.name, Network: key.network}
			c.readUses(rows, old, now, zone)
			c.setState(struck)
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b TokenClient) int {
		return cmp.Or(b.LastOld.Compare(a.LastOld), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Network, b.Network), cmp.Compare(a.Asker.Key, b.Asker.Key))
	})
	return all
}

// A clientKey identifies a client.
type clientKey struct {
	asker         Key
	name, network string
}

// networks are IPv4 /24s and IPv6 /64s, each with the name of a tool that is one client there.
type networks map[clientKey]bool

// client returns which client the uses of a row are of.
func (wide networks) client(r useRow) clientKey {
	name, _ := splitTool(r.tool)
	key := clientKey{r.asker.Key, name, networkAround(r.network)}
	if !wide[key] {
		key.network = r.network
	}
	return key
}

// wideNetworks returns the networks that are one client of the old token: those that were stored
// like that, and those with too many addresses.
func wideNetworks(rows []useRow, old TokenID) networks {
	addresses := map[clientKey]map[string]bool{}
	for _, r := range rows {
		if r.token != old {
			continue
		}
		name, _ := splitTool(r.tool)
		key := clientKey{r.asker.Key, name, networkAround(r.network)}
		if addresses[key] == nil {
			addresses[key] = map[string]bool{}
		}
		addresses[key][r.network] = true
	}
	wide := networks{}
	for key, in := range addresses {
		if in[key.network] || len(in) > maxAddresses {
			wide[key] = true
		}
	}
	return wide
}

// networkAround returns the /24 of an IPv4 address, and a network as it is.
func networkAround(network string) string {
	address, err := netip.ParseAddr(network)
	if err != nil || !address.Is4() {
		return network
	}
	return netip.PrefixFrom(address, 24).Masked().String()
}

// readUses sets the times, the cadence and the tool of c from its rows.
func (c *TokenClient) readUses(rows []useRow, old TokenID, now time.Time, zone *time.Location) {
	hours := map[time.Time]bool{}
	uses, newest := 0, time.Time{}
	for _, r := range rows {
		if r.token == old {
			c.LastOld, c.Refused = later(c.LastOld, r.at()), c.Refused+r.refused
		} else {
			c.LastNew = later(c.LastNew, r.last)
		}
		if at := r.at(); at.After(newest) {
			newest, c.Tool = at, toolText(r.tool)
		}
		uses += r.uses + r.refused
		r.slots(func(slot time.Time) { hours[slot] = true })
	}
	slots := make([]time.Time, 0, len(hours))
	for slot := range hours {
		slots = append(slots, slot.In(zone))
	}
	slices.SortFunc(slots, time.Time.Compare)
	c.Cadence = cadenceOf(slots, uses)
	c.Next = c.Cadence.next(newest.In(zone), now)
}

// setState sets the state of a client. One that used the old token after being struck off counts as
// not switched.
func (c *TokenClient) setState(struck []struckClient) {
	c.State = ClientNotSwitched
	if !c.LastNew.IsZero() {
		c.State = ClientSwitched
		return
	}
	for _, s := range struck {
		if s.asker == c.Asker.Key && s.name == c.Name && s.network == c.Network && !c.LastOld.After(s.at) {
			c.State, c.StruckAt, c.StruckBy = ClientStruckOff, s.at, s.by
		}
	}
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// splitTool returns the name of a tool and its version, of "roboto-sdk 0.62.0" as of
// "curl/8.9.1 (x86_64)" (RFC 9110, section 10.1.5).
func splitTool(tool string) (name, version string) {
	if name, rest, ok := strings.Cut(tool, "/"); ok && name != "" && !strings.Contains(name, " ") {
		version, _, _ = strings.Cut(rest, " ")
		return name, version
	}
	words := strings.Fields(tool)
	for i, word := range words {
		if digits := strings.TrimPrefix(word, "v"); i > 0 && digits != "" && digits[0] >= '0' && digits[0] <= '9' {
			return strings.Join(words[:i], " "), word
		}
	}
	return strings.Join(words, " "), ""
}

// toolText returns the name of a tool with its version.
func toolText(tool string) string {
	name, version := splitTool(tool)
	return strings.TrimSpace(name + " " + version)
}

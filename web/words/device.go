package words

import (
	"slices"
	"strconv"
	"strings"
)

// browsers and systems map a part of a user agent to a name. They are tried in order, since
// many browsers also send the names of those that they derive from.
var (
	browsers = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
		{"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	}
	systems = [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"},
		{"Mac OS X", "macOS"}, {"Macintosh", "macOS"}, {"Linux", "Linux"},
	}
)

// Device names the browser and system of a user agent: "Firefox on Windows".
func Device(userAgent string) string {
	find := func(table [][2]string) string {
		i := slices.IndexFunc(table, func(pair [2]string) bool { return strings.Contains(userAgent, pair[0]) })
		if i < 0 {
			return ""
		}
		return table[i][1]
	}
	switch browser, system := find(browsers), find(systems); {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser+system != "":
		return browser + system
	case userAgent == "":
		return "Unknown browser"
	}
	return strconv.Quote(Shorten(Plain(userAgent), 40))
}

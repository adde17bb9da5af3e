package spelling

import (
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
)

// TestWordsVersion fails when IndexWords returns other words for the same texts. Then the
// index of the audit log has to be rebuilt, which raising WordsVersion makes consoles do.
func TestWordsVersion(t *testing.T) {
	t.Parallel()
	var all []string
	for first := rune(0x20); first < 0x2fa1e; first += 7 { // texts of all scripts
		all = append(all, IndexWords(nil, []string{fmt.Sprintf("%c%c %c-%c", first, first+1, first+2, first+3)})...)
	}
	const version, sum = 1, uint32(0x80fdc696)
	if got := crc32.ChecksumIEEE([]byte(strings.Join(all, " "))); version != WordsVersion || got != sum {
		t.Errorf("the words of version %d sum up to %#x, want %#x of version %d: raise WordsVersion and both numbers here", WordsVersion, got, sum, version)
	}
}

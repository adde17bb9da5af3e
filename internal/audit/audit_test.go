package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The example event of docs/audit-format.md.
var (
	exampleRow = Row{
		Seq: 8, At: time.Date(2026, 11, 10, 8, 50, 0, 0, time.UTC), Action: "user.edited", ActorKey: "usr_bo", TargetKey: "usr_ana",
		Via: "session", RequestID: "req_1",
	}
	exampleChange = ChangePart{TargetID: "ana@example.com", TargetName: "Ana <Álvarez>", TargetKind: "person", TargetVersion: 3}
	exampleActor  = ActorPart{ActorID: "bo@example.com", ActorName: "Bo", ActorKind: "person", Address: "192.0.2.1", UserAgent: "Firefox"}
)

// TestFormatPage compares the example in docs/audit-format.md with this package: the digests,
// and the bytes of the encodings.
func TestFormatPage(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "audit-format.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	var first, second Nonce
	for i := range first {
		first[i], second[i] = byte(i), byte(len(first)+i)
	}
	change := exampleChange
	if change.Changes, err = EncodeChanges([]Change{{Field: "name", New: "Ana <Álvarez>"}}); err != nil {
		t.Fatal(err)
	}
	for part, got := range map[string]struct {
		nonce  Nonce
		digest Digest
	}{
		"change": {first, change.Digest(exampleRow, first)},
		"actor":  {second, exampleActor.Digest(exampleRow, second)},
	} {
		digest := hex.EncodeToString(got.digest[:])
		if !strings.Contains(page, part+"_digest = "+digest) || !strings.Contains(page, "nonce `"+hex.EncodeToString(got.nonce[:])+"`") {
			t.Errorf("the page lacks the digest %s of the part %s", digest, part)
		}
		_, block, _ := strings.Cut(page, "```text "+part+"\n")
		encoding, _, _ := strings.Cut(block, "\n```")
		if sum := sha256.Sum256(append(got.nonce[:], encoding...)); sum != [32]byte(got.digest) {
			t.Errorf("the bytes of the part %s on the page have the digest %x, and in this package %s", part, sum, digest)
		}
	}
}

// rowChanges change one value of a row each.
var rowChanges = map[string]func(*Row){
	"seq": func(r *Row) { r.Seq++ }, "at": func(r *Row) { r.At = r.At.Add(time.Microsecond) }, "action": func(r *Row) { r.Action += "x" },
	"actor key": func(r *Row) { r.ActorKey += "x" }, "target key": func(r *Row) { r.TargetKey += "x" }, "via": func(r *Row) { r.Via += "x" },
	"request": func(r *Row) { r.RequestID += "x" }, "group": func(r *Row) { r.Group += "x" }, "undoes": func(r *Row) { r.Undoes++ },
	"token": func(r *Row) { r.Token += "x" }, "tool": func(r *Row) { r.Tool += "x" },
	"a value moved on": func(r *Row) { r.ActorKey, r.TargetKey = r.ActorKey+r.TargetKey, "" },
}

// TestDigestCovers changes one value at a time: each digest must differ from all others.
func TestDigestCovers(t *testing.T) {
	t.Parallel()
	nonce := NewNonce()
	seen := map[Digest]string{}
	note := func(name string, digests ...Digest) {
		t.Helper()
		for _, d := range digests {
			if other, taken := seen[d]; taken {
				t.Errorf("%s has the digest of %s", name, other)
			}
			seen[d] = name
		}
	}
	note("the event", exampleChange.Digest(exampleRow, nonce), exampleActor.Digest(exampleRow, nonce))
	note("another nonce", exampleChange.Digest(exampleRow, NewNonce()), exampleActor.Digest(exampleRow, NewNonce()))
	for name, change := range rowChanges {
		row := exampleRow
		change(&row)
		note(name, exampleChange.Digest(row, nonce), exampleActor.Digest(row, nonce))
	}
	for name, change := range map[string]func(*ChangePart){
		"target id": func(p *ChangePart) { p.TargetID += "x" }, "target name": func(p *ChangePart) { p.TargetName += "x" },
		"kind": func(p *ChangePart) { p.TargetKind += "x" }, "version": func(p *ChangePart) { p.TargetVersion++ }, "changes": func(p *ChangePart) { p.Changes += "x" },
	} {
		part := exampleChange
		change(&part)
		note(name, part.Digest(exampleRow, nonce))
	}
	for name, change := range map[string]func(*ActorPart){
		"actor id": func(p *ActorPart) { p.ActorID += "x" }, "actor name": func(p *ActorPart) { p.ActorName += "x" }, "actor kind": func(p *ActorPart) { p.ActorKind += "x" },
		"reason": func(p *ActorPart) { p.Reason += "x" }, "address": func(p *ActorPart) { p.Address += "x" }, "user agent": func(p *ActorPart) { p.UserAgent += "x" },
	} {
		part := exampleActor
		change(&part)
		note(name, part.Digest(exampleRow, nonce))
	}
}

// TestEncodeChanges pins the encoding of changes.
func TestEncodeChanges(t *testing.T) {
	t.Parallel()
	for want, changes := range map[string][]Change{
		`[]`: nil,
		`[{"field":"a","old":"","new":"<b> & \"c\" \\ \t\u0001\u007f é 😀"}]`:              {{Field: "a", New: "<b> & \"c\" \\ \t\x01\x7f é 😀"}},
		`[{"field":"a","old":"1","new":"2"},{"field":"b","old":"\u2028","new":"\ufffd"}]`: {{Field: "a", Old: "1", New: "2"}, {Field: "b", Old: "\u2028", New: "\xff"}},
	} {
		want = strings.ReplaceAll(want, `\u007f`, "\x7f")
		if got, err := EncodeChanges(changes); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

// TestMentions checks which users changes name.
func TestMentions(t *testing.T) {
	t.Parallel()
	got := Mentions([]Change{
		{Field: "responsible", Old: Person("usr_a", "a@example.com"), New: Person("usr_b", "b@example.com")},
		{Field: "responsible", Old: Person("usr_b", "b@example.com")},
		{Field: "responsible", New: Person("", "unknown@example.com")},
		{Field: "purpose", New: "usr_c c@example.com"},
	})
	if strings.Join(got, " ") != "usr_a usr_b" {
		t.Errorf("got %v, want usr_a and usr_b", got)
	}
}

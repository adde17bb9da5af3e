package users

import (
	"strings"
	"testing"
	"time"
)

// TestLastingTool keeps the names of known programs for good, and nothing that a client made up.
func TestLastingTool(t *testing.T) {
	t.Parallel()
	for tool, want := range map[string]bool{
		"roboto-sdk 0.62.0": true, "roboto-cli": true, "curl 8.5.0": true, "curl/8.9": true, "Python-urllib 3.12": true, "": false,
		"ana@example.com 1.0": false, "curl 8.5.0 ana": false, "curl ana": false, "curl 8.ana": false, "roboto-ana": false, "anas-script": false,
		"curl 20260101.5551234567": false, "Curl\n8": false,
	} {
		if got := lastingTool(tool) != ""; got != want || lastingTool(tool) != "" && lastingTool(tool) != tool {
			t.Errorf("%q: kept %t as %q", tool, got, lastingTool(tool))
		}
	}
	if got := (Event{}).withActor(Program("req", "192.0.2.1", "Ana's script/1", "Ana's script 1"), time.Time{}).row(); strings.Contains(got.Tool, "Ana") {
		t.Errorf("the fixed row keeps %q", got.Tool)
	}
}

package main

import (
	"encoding/json"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/doctor"
)

// doctorEnv returns settings without a mistake, for this machine alone. Nothing listens at the
// listen address.
func doctorEnv(t *testing.T, op *authtest.Provider) map[string]string {
	t.Helper()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	database := databasetest.SQLiteURL(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(op.ClientSecret), 0o400); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(strings.TrimPrefix(database, "sqlite:")), 0o700); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"CONSOLE_LISTEN": address, "CONSOLE_BASE_URL": "http://" + address, "CONSOLE_DATABASE": database,
		"CONSOLE_OIDC_ISSUER": op.Issuer(), "CONSOLE_OIDC_CLIENT_ID": op.ClientID, "CONSOLE_OIDC_CLIENT_SECRET_FILE": secret,
		"CONSOLE_OWNERS": "owner@example.com",
	}
}

// doctorRuns are calls of the command, with settings beside those of doctorEnv.
var doctorRuns = map[string]struct {
	args   []string
	env    map[string]string
	status int
	says   []string
}{
	"all is right": {nil, nil, 0, []string{
		"ok       client:", "ok       owner:", "ok       secret files:", "ok       base URL:", "/sign-in/callback, sign-out address http", ", 0 wrong.\n",
	}},
	"a flag that is wrong": {[]string{"--oidc-client-id", "konsole"}, nil, 1, []string{"wrong    client: The provider does not accept", ", 1 wrong.\n"}},
	"settings that cannot be read": {[]string{"--drain", "soon", "--signup", "bla"}, nil, 2, []string{
		`wrong    settings: --drain (CONSOLE_DRAIN): "soon"`, "wrong    settings: --signup (CONSOLE_SIGNUP)", "ok       client:", ", 2 wrong.\n",
	}},
	"a secret that is not there": {nil, map[string]string{"CONSOLE_OIDC_CLIENT_SECRET_FILE": "/nowhere/secret"}, 2, []string{
		"wrong    settings: CONSOLE_OIDC_CLIENT_SECRET_FILE", "unknown  client: The client secret could not be read.", ", 1 wrong.\n",
	}},
	"no base URL that can be read": {nil, map[string]string{"CONSOLE_BASE_URL": "console"}, 2, []string{
		"wrong    settings: --base-url", "unknown  base URL: Not checked", "ok       keys:", ", 1 wrong.\n",
	}},
	"an argument too many": {[]string{"now"}, nil, 2, []string{`wrong    settings: doctor has no use for the argument "now"`}},
}

// TestDoctor runs the command with settings that are right, wrong and unreadable.
func TestDoctor(t *testing.T) {
	t.Parallel()
	for name, test := range doctorRuns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			env := doctorEnv(t, op)
			maps.Copy(env, test.env)
			var out strings.Builder
			err := run(t.Context(), append([]string{"console", "doctor"}, test.args...), lookupIn(env), &out, io.Discard)
			if exitStatus(err) != test.status {
				t.Errorf("got %v with status %d, want %d", err, exitStatus(err), test.status)
			}
			for _, want := range test.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("got no %q in\n%s", want, &out)
				}
			}
			if strings.Contains(out.String(), op.ClientSecret) {
				t.Errorf("it prints the secret:\n%s", &out)
			}
		})
	}
}

// TestDoctorAsJSON prints the findings as an object, with the exit status of the text.
func TestDoctorAsJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args   []string
		status int
		check  string
		want   doctor.ReportedFinding
	}{
		"all is right": {nil, 0, "owner", doctor.ReportedFinding{
			Check: "owner", Group: "database", Level: "ok", Text: "There is no owner yet; at the next start owner@example.com may sign in as one.",
		}},
		"a client that is wrong": {[]string{"--oidc-client-id", "konsole"}, 1, "client", doctor.ReportedFinding{
			Check: "client", Group: "provider", Level: "wrong", Text: "The provider does not accept client ID and secret.",
			Fix: "Compare --oidc-client-id with the provider's, and make a new secret there for --oidc-client-secret: the old one may have expired.",
		}},
		"settings that cannot be read": {[]string{"--drain", "soon"}, 2, "secret files", doctor.ReportedFinding{Check: "secret files", Group: "machine", Level: "ok"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			var out strings.Builder
			err := run(t.Context(), append([]string{"console", "doctor", "--format", "json"}, test.args...), lookupIn(doctorEnv(t, op)), &out, io.Discard)
			if exitStatus(err) != test.status {
				t.Errorf("got %v with status %d, want %d", err, exitStatus(err), test.status)
			}
			report := decodeReport(t, out.String())
			got := findingOf(t, report, test.check)
			if test.want.Text == "" {
				got.Text = ""
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if test.status < 2 && report.Counts["wrong"] != test.status {
				t.Errorf("counts %v, want %d wrong", report.Counts, test.status)
			}
		})
	}
}

// findingOf returns the finding of a check.
func findingOf(t *testing.T, report doctor.Report, check string) doctor.ReportedFinding {
	t.Helper()
	i := slices.IndexFunc(report.Findings, func(f doctor.ReportedFinding) bool { return f.Check == check })
	if i < 0 {
		t.Fatalf("no %s in %v", check, report.Findings)
	}
	return report.Findings[i]
}

// decodeReport decodes a report, which must be one object with known members, and whose counts
// must agree with its findings.
func decodeReport(t *testing.T, text string) (report doctor.Report) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&report); err != nil || decoder.More() {
		t.Fatalf("got %v of\n%s", err, text)
	}
	total := 0
	for _, n := range report.Counts {
		total += n
	}
	if total != len(report.Findings) {
		t.Errorf("counts %v of %d findings", report.Counts, len(report.Findings))
	}
	return report
}

// TestDoctorChangesNothing runs the doctor without a database file: it creates none.
func TestDoctorChangesNothing(t *testing.T) {
	t.Parallel()
	env := doctorEnv(t, authtest.New(t))
	dir := filepath.Join(t.TempDir(), "data")
	env["CONSOLE_DATABASE"] = "sqlite:" + filepath.Join(dir, "console.db")
	_ = run(t.Context(), []string{"console", "doctor"}, lookupIn(env), io.Discard, io.Discard)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory of the database: got %v, want that there is none", err)
	}
	var d net.Dialer
	if conn, err := d.DialContext(t.Context(), "tcp", env["CONSOLE_LISTEN"]); err == nil {
		_ = conn.Close()
		t.Error("somebody still listens")
	}
}

// TestProgressLine draws the line on a terminal and removes it.
func TestProgressLine(t *testing.T) {
	t.Parallel()
	for terminal, want := range map[bool]string{
		true:  "\r\x1b[2KWaiting for discovery, clock · 0 s\r\x1b[2K",
		false: "",
	} {
		var out strings.Builder
		w := &progressLine{out: &out, terminal: terminal, began: time.Now()}
		w.redraw() // no check is running yet
		w.setRunning([]string{"discovery", "clock"})
		w.redraw()
		w.clear()
		w.clear()
		if out.String() != want {
			t.Errorf("terminal %t: got %q, want %q", terminal, out.String(), want)
		}
	}
}

// TestDoctorOverTLS checks a console with TLS of its own. Its certificate is of an unknown
// authority and its key is readable by all users; nothing else is wrong.
func TestDoctorOverTLS(t *testing.T) {
	t.Parallel()
	env, files := doctorEnv(t, authtest.New(t)), newCertificate(t, "console")
	env["CONSOLE_BASE_URL"] = "https://" + env["CONSOLE_LISTEN"]
	env["CONSOLE_TLS_CERT"], env["CONSOLE_TLS_KEY"] = files.Cert, files.Key
	if err := os.Chmod(files.Key, 0o644); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := run(t.Context(), []string{"console", "doctor"}, lookupIn(env), &out, io.Discard)
	if exitStatus(err) != 1 {
		t.Errorf("got %v with status %d, want 1", err, exitStatus(err))
	}
	for _, want := range []string{
		"wrong    certificate: ", "wrong    secret files: " + files.Key, "ok       base URL: ", "ok       cookies: ",
		"ok       forwarded address: The request came from 127.0.0.1 itself", ", 2 wrong.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got no %q in\n%s", want, &out)
		}
	}
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
)

// mostMemory is how many bytes the memory of the console may grow under an attack.
const mostMemory = 64 << 20

// TestMemoryUnderAttack attacks a console process in several ways, three times each, and measures
// its memory. Other requests are served meanwhile. It does not depend on the speed of the machine:
// each attack holds its connections until the end.
func TestMemoryUnderAttack(t *testing.T) {
	t.Parallel()
	for name, attack := range attacks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attackMemory(t, attack)
		})
	}
}

// attacks returns requests to send without reading the response, or without their end.
func attacks() map[string]string {
	const post = "POST %s HTTP/1.1\r\nHost: console.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
	held := func(path string, size int) string {
		return fmt.Sprintf(post, path, size) + strings.Repeat("x", size-2)
	}
	return map[string]string{
		"the last bytes of a megabyte":   held("/", 1<<20),
		"the last bytes of a large form": held("/profile", 64<<10),
		"the last bytes of a button":     held("/theme", 8<<10),
		"the last bytes of a look-up":    held("/forms/look-up", 64<<10),
		"the last line of a header":      "GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("x", 15<<10),
		"many parameters":                "GET /sign-in?" + strings.Repeat("a&", 15<<9) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"unread responses, pipelined":    strings.Repeat("GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n", 500),
		"unread error pages":             strings.Repeat("GET /"+strings.Repeat("x", 500)+" HTTP/1.1\r\nHost: x\r\n\r\n", 100),
		"unread style sheets":            strings.Repeat("GET /static/none HTTP/1.1\r\nHost: x\r\n\r\n", 500),
	}
}

// attackMemory sends an attack on many connections at once to a console process, three times.
func attackMemory(t *testing.T, attack string) {
	t.Helper()
	n := 100
	if fullSize() {
		n = 600
	}
	pid, address := consoleProcess(t)
	get(t, "http://"+address+"/sign-in")
	before := resident(t, pid)
	for range 3 {
		var conns []net.Conn
		for range n {
			conn := dial(t, address)
			_, _ = io.WriteString(conn, attack) // it may be refused before all is sent
			conns = append(conns, conn)
		}
		if status, _ := get(t, "http://"+address+"/sign-in"); status != http.StatusOK {
			t.Errorf("the page meanwhile: got status %d", status)
		}
		if grew := resident(t, pid) - before; grew > mostMemory {
			t.Errorf("%d connections took %d MB", n, grew>>20)
		}
		for _, conn := range conns {
			_ = conn.Close()
		}
	}
	t.Logf("it grew by %d MB", (resident(t, pid)-before)>>20)
}

// consoleProcess runs a console as a process until the end of the test, and returns its process ID
// and its address.
func consoleProcess(t *testing.T) (int, string) {
	t.Helper()
	cmd := process("serve", "--listen", "127.0.0.1:0", "--database", databasetest.URL(t), "--owners", "owner@example.com",
		"--drain", "0s", "--base-url", "https://console.example.com", "--oidc-issuer", "https://id.example.com", "--oidc-client-id", "console", "--log-level", "error")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopProcess(t, cmd) })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "The console listens on "); ok {
			address, _, _ := strings.Cut(rest, " ")
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return cmd.Process.Pid, address
		}
	}
	t.Fatal("the console did not start")
	return 0, ""
}

// stopProcess kills a console.
func stopProcess(t *testing.T, cmd *exec.Cmd) {
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait()
}

// resident returns the resident memory of a process in bytes.
func resident(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

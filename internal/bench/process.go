package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process is a program that the bench has started.
type process struct {
	cmd     *exec.Cmd
	address string // at which it listens
	ready   time.Duration
	errors  bytes.Buffer
}

// start starts a program that listens on address, and returns when path answers
// with 200 there.
func start(ctx context.Context, address, path string, program string, env []string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, program, args...), address: address}
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 10 * time.Second
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = &p.errors
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	client := http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for time.Since(began) < time.Minute && ctx.Err() == nil {
		if answers(ctx, &client, "http://"+address+path) {
			p.ready = time.Since(began)
			return p, nil
		}
		time.Sleep(time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("%s does not answer", filepath.Base(program)), p.stop())
}

// answers reports whether url answers with 200.
func answers(ctx context.Context, client *http.Client, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

// stop has the program end. What it has said on standard error is in the error.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // of no effect where it has ended
	err := p.cmd.Wait()
	if p.errors.Len() > 0 {
		err = errors.Join(err, errors.New(p.errors.String()))
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", filepath.Base(p.cmd.Path), err)
}

// freeAddress returns an address on loopback where nobody listens.
func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// tick is the unit in which Linux tells processor time.
const tick = time.Second / 100

// cpu returns the processor time that the program has used, 0 where the system
// does not tell. A nil process has used none.
func (p *process) cpu() time.Duration {
	if p == nil {
		return 0
	}
	return cpuOf(p.cmd.Process.Pid)
}

// ourCPU returns the processor time that the bench itself has used.
func ourCPU() time.Duration { return cpuOf(os.Getpid()) }

// cpuOf returns the processor time that a process has used, 0 where the system does
// not tell.
func cpuOf(pid int) time.Duration {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(text, []byte(") ")) // the name before it may hold anything
	fields := strings.Fields(string(after))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// anonymous returns how much memory of the program's own is in use, in bytes, and
// whether the system tells.
func (p *process) anonymous() (int64, bool) {
	text, err := os.ReadFile(p.proc("status"))
	if err != nil {
		return 0, false
	}
	_, after, found := strings.Cut(string(text), "RssAnon:")
	fields := strings.Fields(after)
	if !found || len(fields) == 0 {
		return 0, false
	}
	kilobytes, err := strconv.ParseInt(fields[0], 10, 64)
	return kilobytes << 10, err == nil
}

// proc returns the path of a file in which Linux tells of the process.
func (p *process) proc(name string) string {
	return filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), name)
}

// watch looks at the memory of the program until the returned function is called,
// which returns the most there was.
func (p *process) watch() (most func() int64) {
	done, result := make(chan struct{}), make(chan int64)
	go func() {
		looks := time.NewTicker(100 * time.Millisecond)
		defer looks.Stop()
		var peak int64
		for {
			now, _ := p.anonymous()
			peak = max(peak, now)
			select {
			case <-looks.C:
			case <-done:
				result <- peak
				return
			}
		}
	}()
	return func() int64 {
		close(done)
		return <-result
	}
}

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

// A process is a console that the bench has started.
type process struct {
	cmd     *exec.Cmd
	address string        // at which it listens
	ready   time.Duration // from its start
	errors  bytes.Buffer
}

// serve starts the console on the database at url and returns when it is ready.
func serve(ctx context.Context, program, url string) (*process, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0") // for a free port
	if err != nil {
		return nil, err
	}
	p := &process{address: l.Addr().String()}
	if err := l.Close(); err != nil {
		return nil, err
	}
	p.cmd = exec.CommandContext(ctx, program, "serve", "--listen", p.address, "--base-url", "http://"+p.address, "--database", url, "--drain", "0s",
		"--log-level", "error", "--token-rate", "1000000", "--oidc-issuer", issuer, "--oidc-client-id", "bench")
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 10 * time.Second
	p.cmd.Stderr = &p.errors
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < time.Minute && ctx.Err() == nil {
		if p.isReady(ctx) {
			p.ready = time.Since(began)
			return p, nil
		}
		time.Sleep(time.Millisecond)
	}
	return nil, errors.Join(errors.New("the console does not get ready"), p.stop())
}

// isReady asks the process whether it is ready.
func (p *process) isReady(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+"/readyz", nil)
	if err != nil {
		return false
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

// stop ends the process. The error holds what it wrote to standard error.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // of no effect where it has ended
	if err := p.cmd.Wait(); err != nil || p.errors.Len() > 0 {
		return errors.Join(err, fmt.Errorf("console: %s", p.errors.String()))
	}
	return nil
}

// proc returns the path of a file about the process in /proc.
func (p *process) proc(name string) string {
	return filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), name)
}

// cpu returns the processor time that the process has used, 0 where there is no /proc.
func (p *process) cpu() time.Duration {
	text, _ := os.ReadFile(p.proc("stat"))
	_, after, _ := bytes.Cut(text, []byte(") ")) // the name of the program
	fields := strings.Fields(string(after))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / 100 // USER_HZ
}

// anonymous returns the anonymous memory of the process in bytes (RssAnon), 0 where there
// is no /proc.
func (p *process) anonymous() int64 {
	value, _, _ := strings.Cut(fieldOf(p.proc("status"), "RssAnon"), " ")
	kilobytes, _ := strconv.ParseInt(value, 10, 64)
	return kilobytes << 10
}

// peakDuring returns the most anonymous memory that the process has while do runs,
// sampled every 100 ms.
func (p *process) peakDuring(do func() error) (peak int64, err error) {
	done := make(chan error)
	go func() { done <- do() }()
	ticks := time.NewTicker(100 * time.Millisecond)
	defer ticks.Stop()
	for {
		peak = max(peak, p.anonymous())
		select {
		case err := <-done:
			return max(peak, p.anonymous()), err
		case <-ticks.C:
		}
	}
}

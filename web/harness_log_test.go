package web_test

import (
	"bytes"
	"io"
	"sync"
)

// A logBuffer holds the program's log.
type logBuffer struct {
	out io.Writer // of the test

	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	return l.out.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

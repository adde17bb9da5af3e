package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// readSessionTime parses a limit of sessions.
func readSessionTime(text string) (time.Duration, error) {
	d, err := readTime(text)
	if err != nil || d < time.Minute {
		return 0, fmt.Errorf("%q is not a time of at least a minute, like 12h or 90m", text)
	}
	return d, nil
}

// readRecheck parses the time after which a session is confirmed at the provider, or off.
func readRecheck(text string) (time.Duration, error) {
	if text == "off" {
		return 0, nil
	}
	d, err := readSessionTime(text)
	if err != nil {
		return 0, fmt.Errorf("%q is neither off nor a time of at least a minute, like 4h", text)
	}
	return d, nil
}

// readDrain parses the time to drain.
func readDrain(text string) (time.Duration, error) {
	d, err := readTime(text)
	if err != nil || d < 0 || d > 10*time.Minute {
		return 0, fmt.Errorf("%q is not a time from 0s to 10m", text)
	}
	return d, nil
}

// readTime parses a duration as Go writes it, or a number of days such as 90d.
func readTime(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time such as 90d or 12h", text)
	}
	return d, nil
}

// readDelay parses a duration that is not negative.
func readDelay(text string) (time.Duration, error) {
	d, err := readTime(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("%q is less than nothing", text)
	}
	return d, err
}

// readTokenLifetime parses a duration of at least an hour, or never.
func readTokenLifetime(text string) (time.Duration, error) {
	if text == "never" {
		return users.Unlimited, nil
	}
	d, err := readTime(text)
	if err == nil && d < time.Hour {
		err = fmt.Errorf("%q is less than an hour", text)
	}
	return d, err
}

package repotest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestDockerfile checks that the image holds the program alone, and runs as an unprivileged user.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	var stage []string // the instructions of the last stage
	text := strings.ReplaceAll(read(t, "../../Dockerfile"), "\\\n", " ")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "FROM ") {
			stage = nil
		}
		if line != "" && line[0] != '#' {
			stage = append(stage, line)
		}
	}
	for _, want := range []string{
		"FROM scratch", "USER 65532:65532", "VOLUME /data", "EXPOSE 8080", "STOPSIGNAL SIGTERM",
		`ENTRYPOINT ["/console"]`, `CMD ["serve"]`,
		"COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt",
	} {
		if !slices.Contains(stage, want) {
			t.Errorf("the image's stage lacks %q:\n%s", want, strings.Join(stage, "\n"))
		}
	}
	if slices.ContainsFunc(stage, func(line string) bool { return strings.HasPrefix(line, "RUN ") || strings.HasPrefix(line, "ADD ") }) {
		t.Error("the image's stage runs or fetches something")
	}
	if !strings.Contains(text, "-trimpath -buildvcs=false") || !strings.Contains(text, "-buildid=") || !strings.Contains(text, "FROM golang:1.26") {
		t.Error("the program in the image is not built as a release is")
	}
	checkImageHealth(t, stage)
}

// checkImageHealth checks that the health check runs the program, with a longer timeout than the
// program's own.
func checkImageHealth(t *testing.T, stage []string) {
	t.Helper()
	i := slices.IndexFunc(stage, func(line string) bool { return strings.HasPrefix(line, "HEALTHCHECK ") })
	if i < 0 || !strings.HasSuffix(stage[i], `CMD ["/console", "healthcheck"]`) {
		t.Fatal("the image has no health check by the program")
	}
	_, rest, _ := strings.Cut(stage[i], "--timeout=")
	timeout, _, _ := strings.Cut(rest, " ")
	if d, err := time.ParseDuration(timeout); err != nil || d < 4*time.Second {
		t.Errorf("the health check waits %v (%v), and the program takes up to 3 s to say no", d, err)
	}
}

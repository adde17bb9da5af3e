//go:build chroot

package inside

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stateDir holds the process IDs and logs of units.
const stateDir = "/run/units"

// systemctl implements the subcommands that the documents use.
func systemctl(args []string) error {
	verb, now, names := "", false, []string{}
	for _, arg := range args {
		switch {
		case arg == "--now":
			now = true
		case strings.HasPrefix(arg, "-"):
			return fmt.Errorf("not implemented: %s", arg)
		case verb == "":
			verb = arg
		default:
			names = append(names, arg)
		}
	}
	for _, name := range names {
		if name == "postgresql" {
			if err := postgresql(verb); err != nil {
				return err
			}
			continue
		}
		if !strings.Contains(name, ".") {
			name += ".service"
		}
		u, err := readUnit(name)
		if err != nil {
			return err
		}
		if err := u.do(verb, now); err != nil {
			return fmt.Errorf("%s %s: %w", verb, name, err)
		}
	}
	return nil
}

// postgresql starts or stops Debian's cluster.
func postgresql(verb string) error {
	dirs, err := filepath.Glob("/etc/postgresql/*/main")
	if err != nil || len(dirs) != 1 {
		return fmt.Errorf("clusters: %v, %w", dirs, err)
	}
	out, err := exec.Command("pg_ctlcluster", filepath.Base(filepath.Dir(dirs[0])), "main", verb).CombinedOutput()
	if err != nil && verb != "stop" {
		return fmt.Errorf("pg_ctlcluster: %w\n%s", err, out)
	}
	return nil // stopping a stopped cluster is no error
}

// do runs a subcommand.
func (u *unit) do(verb string, now bool) error {
	switch verb {
	case "enable":
		if now {
			return u.start()
		}
		return nil
	case "disable":
		if now {
			return u.stop()
		}
		return nil
	case "start":
		return u.start()
	case "stop":
		return u.stop()
	case "restart":
		if err := u.stop(); err != nil {
			return err
		}
		return u.start()
	}
	return errors.New("not implemented: the verb")
}

// A unit is a systemd unit.
type unit struct {
	name   string
	values map[string][]string // settings of all sections
}

// readUnit reads a unit file.
func readUnit(name string) (*unit, error) {
	text, err := os.ReadFile(filepath.Join("/etc/systemd/system", name))
	if errors.Is(err, os.ErrNotExist) {
		text, err = os.ReadFile(filepath.Join("/lib/systemd/system", name))
	}
	if err != nil {
		return nil, err
	}
	u := &unit{name: name, values: map[string][]string{}}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && key[0] != '#' {
			u.values[key] = append(u.values[key], value)
		}
	}
	return u, nil
}

// last returns a setting's last value, or "".
func (u *unit) last(key string) string {
	if all := u.values[key]; len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// start starts a service and waits until it is ready. A timer starts its service once, like an
// enabled one with Persistent=.
func (u *unit) start() error {
	if base, ok := strings.CutSuffix(u.name, ".timer"); ok {
		service, err := readUnit(base + ".service")
		if err != nil {
			return err
		}
		return service.start()
	}
	env, err := u.environment()
	if err != nil {
		return err
	}
	if u.name == "caddy.service" {
		if err := localCertificates("/etc/caddy/Caddyfile"); err != nil {
			return err
		}
	}
	for _, line := range u.values["ExecStartPre"] {
		if out, err := u.command(line, env).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", line, err, out)
		}
	}
	return u.run(env)
}

// localCertificates makes Caddy issue certificates itself.
func localCertificates(file string) error {
	text, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(text), "local_certs") {
		return err
	}
	return os.WriteFile(file, []byte(strings.Replace(string(text), "\n{\n", "\n{\n\tlocal_certs\n", 1)), 0o644)
}

// run runs ExecStart until it is ready: until it notifies (Type=notify), or else until it
// exits.
func (u *unit) run(env []string) error {
	if err := os.MkdirAll(stateDir, 0o755); err != nil {
		return err
	}
	log, err := os.OpenFile(u.file("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := u.command(u.last("ExecStart"), env)
	cmd.Stdout, cmd.Stderr = log, log
	if u.last("Type") != "notify" {
		return cmd.Run()
	}
	_ = os.Remove(u.file("notify"))
	ready, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: u.file("notify"), Net: "unixgram"})
	if err != nil {
		return err
	}
	defer ready.Close()
	if err := os.Chmod(u.file("notify"), 0o777); err != nil {
		return err
	}
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+u.file("notify"))
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := os.WriteFile(u.file("pid"), []byte(strconv.Itoa(cmd.Process.Pid)), 0o644); err != nil {
		return err
	}
	if err := awaitReady(ready, cmd); err != nil {
		text, _ := os.ReadFile(u.file("log"))
		return fmt.Errorf("%w\n%s", err, text)
	}
	return nil
}

// awaitReady waits until the process notifies that it is ready, or exits.
func awaitReady(ready *net.UnixConn, cmd *exec.Cmd) error {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	said := make(chan string)
	go func() {
		for buffer := make([]byte, 4096); ; {
			n, err := ready.Read(buffer)
			if err != nil {
				return
			}
			said <- string(buffer[:n])
		}
	}()
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("it ended: %w", err)
		case text := <-said:
			if strings.Contains("\n"+text, "\nREADY=1") {
				return nil
			}
		}
	}
}

// file returns the path of a file of the unit's state.
func (u *unit) file(what string) string { return filepath.Join(stateDir, u.name+"."+what) }

// command returns a command line of the unit, run as its user. A shell splits it into words.
func (u *unit) command(line string, env []string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", "exec "+strings.TrimLeft(line, "-+!"))
	cmd.Env, cmd.Dir = env, "/"
	if dir := u.last("WorkingDirectory"); dir != "" {
		cmd.Dir = dir
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if uid, gid, err := u.owner(); err == nil && uid != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
		if u.last("AmbientCapabilities") == "CAP_NET_BIND_SERVICE" {
			const bindService = 10
			cmd.SysProcAttr.AmbientCaps = []uintptr{bindService}
		}
	}
	return cmd
}

// owner returns the user and group of the unit.
func (u *unit) owner() (uid, gid uint32, err error) {
	who, err := user.Lookup(u.last("User"))
	if err != nil {
		return 0, 0, err
	}
	id, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return 0, 0, err
	}
	group, err := strconv.ParseUint(who.Gid, 10, 32)
	return uint32(id), uint32(group), err
}

// stop terminates a service and waits until it has ended.
func (u *unit) stop() error {
	if strings.HasSuffix(u.name, ".timer") {
		return nil
	}
	text, err := os.ReadFile(u.file("pid"))
	if u.last("PIDFile") != "" {
		text, err = os.ReadFile(u.last("PIDFile"))
	}
	if errors.Is(err, os.ErrNotExist) || err == nil && len(text) == 0 { // nginx -t leaves an empty file
		return nil // not running
	} else if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); errors.Is(err, syscall.ESRCH) {
		return nil
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err != nil || strings.Contains(string(stat), ") Z ") {
			_ = os.Remove(u.file("pid"))
			return nil
		}
	}
	return errors.New("it does not end")
}

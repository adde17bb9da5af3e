//go:build chroot

package inside

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// environment creates a unit's directories and credentials and returns its environment.
func (u *unit) environment() ([]string, error) {
	uid, gid, err := u.owner()
	if err != nil && u.last("User") != "" {
		return nil, err
	}
	for dir := range strings.FieldsSeq(u.last("StateDirectory")) {
		dir = filepath.Join("/var/lib", dir)
		if err := errors.Join(os.MkdirAll(dir, 0o700), os.Chmod(dir, 0o700), os.Chown(dir, int(uid), int(gid))); err != nil {
			return nil, err
		}
	}
	credentials := filepath.Join("/run/credentials", u.name)
	if err := u.loadCredentials(credentials, int(uid), int(gid)); err != nil {
		return nil, err
	}
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/var/lib/" + u.last("User")}
	for _, one := range u.values["Environment"] {
		env = append(env, strings.ReplaceAll(strings.Trim(one, `"`), "%d", credentials))
	}
	for _, file := range u.values["EnvironmentFile"] {
		text, err := os.ReadFile(strings.TrimPrefix(file, "-"))
		if err != nil && !strings.HasPrefix(file, "-") {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && name[0] != '#' {
				env = append(env, name+"="+strings.Trim(value, `"`))
			}
		}
	}
	return env, nil
}

// loadCredentials copies the files of LoadCredential= to a directory readable by the unit's
// user.
func (u *unit) loadCredentials(dir string, uid, gid int) error {
	for _, one := range u.values["LoadCredential"] {
		name, file, _ := strings.Cut(one, ":")
		secret, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("status 243, credentials: %w", err)
		}
		to := filepath.Join(dir, name)
		_ = os.Remove(to)
		err = errors.Join(os.MkdirAll(filepath.Dir(dir), 0o755), os.MkdirAll(dir, 0o500), os.WriteFile(to, secret, 0o400), os.Chown(to, uid, gid), os.Chown(dir, uid, gid))
		if err != nil {
			return err
		}
	}
	return nil
}

package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// files checks the modes of the files that contain secrets. It does not read them.
func (e *examination) files(context.Context) []Finding {
	var checked []string
	for _, path := range e.SecretFiles {
		info, err := os.Stat(path)
		if err != nil {
			continue // reported by settings
		}
		if f, bad := e.exposed(path, info); bad {
			return []Finding{f}
		}
		checked = append(checked, path)
	}
	if info, err := os.Stat(e.SettingsFile); err == nil {
		if f, bad := e.exposed(e.SettingsFile, info); bad {
			return []Finding{f}
		}
		checked = append(checked, e.SettingsFile)
	} else if e.SettingsFile != "" && !errors.Is(err, fs.ErrNotExist) {
		return []Finding{unknown("secret files", fmt.Sprintf("The mode of %s cannot be read.", e.SettingsFile), "Run the doctor as the user that the console runs as.")}
	}
	if len(checked) == 0 {
		return []Finding{ok("secret files", "There are none.")}
	}
	return []Finding{ok("secret files", strings.Join(checked, " and ")+" cannot be read or written by others.")}
}

// exposed returns a finding if others may read or write the file. Its group may read, as
// systems pass secrets to services that way.
func (e *examination) exposed(path string, info fs.FileInfo) (Finding, bool) {
	mode := info.Mode().Perm()
	if mode&0o027 == 0 {
		return Finding{}, false
	}
	may := "be read by every user of this machine"
	if mode&0o022 != 0 {
		may = "be changed by others"
	}
	return wrong("secret files", fmt.Sprintf("%s has mode %04o, so that it can %s.", path, mode, may),
		fmt.Sprintf("Run chmod 400 %s, and replace the secret if it may have been read.", path)), true
}

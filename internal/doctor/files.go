package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// files makes the check of the files that hold secrets. It looks at their modes, and
// not at what is in them.
func (e *examination) files(context.Context) []Finding {
	var looked []string
	for _, path := range e.SecretFiles {
		info, err := os.Stat(path)
		if err != nil {
			continue // and settings says so
		}
		if f, bad := e.exposed(path, info); bad {
			return []Finding{f}
		}
		looked = append(looked, path)
	}
	if info, err := os.Stat(e.SettingsFile); err == nil {
		if f, bad := e.exposed(e.SettingsFile, info); bad {
			return []Finding{f}
		}
		looked = append(looked, e.SettingsFile)
	} else if e.SettingsFile != "" && !errors.Is(err, fs.ErrNotExist) {
		return []Finding{unknown("secret files", fmt.Sprintf("The rights on %s cannot be seen.", e.SettingsFile), "Run the doctor as the user that the console runs as.")}
	}
	if len(looked) == 0 {
		return []Finding{ok("secret files", "There are none.")}
	}
	return []Finding{ok("secret files", strings.Join(looked, " and ")+" cannot be opened by others.")}
}

// exposed returns the finding on a file that others may read or change. It reports
// whether they may. Its group may read: so systems hand secrets to a service.
func (e *examination) exposed(path string, info fs.FileInfo) (Finding, bool) {
	mode := info.Mode().Perm()
	if mode&0o027 == 0 {
		return Finding{}, false
	}
	may := "be read by everybody on this machine"
	if mode&0o022 != 0 {
		may = "be changed by others than its owner"
	}
	return wrong("secret files", fmt.Sprintf("%s has mode %04o, so that it can %s.", path, mode, may),
		fmt.Sprintf("Run chmod 400 %s, and make a new secret if somebody may have read it.", path)), true
}

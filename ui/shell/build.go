package shell

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// built says how the program was built, a line for each fact that is known.
func built() string {
	text := fmt.Sprintf("%s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return text
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			text += "revision " + s.Value + "\n"
		case "vcs.time":
			text += "of " + s.Value + "\n"
		case "vcs.modified":
			if s.Value == "true" {
				text += "with changes that are in no revision\n"
			}
		}
	}
	return text
}

package report

import "runtime/debug"

// Version is that of the program, as it was built: the tag of its revision, or
// where there is none the time and the beginning of the revision, with +dirty
// where files were changed. Outside of a repository it is "(devel)".
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return devel
	}
	return versionOf(info)
}

const devel = "(devel)"

// versionOf is the version that stands in what the program was built from. The go
// command makes one of the repository since 1.24; before, and with some ways to
// build, the revision alone stands there.
func versionOf(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != devel {
		return v
	}
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+dirty"
		}
	}
	if revision == "" {
		return devel
	}
	return "devel-" + revision + changed
}

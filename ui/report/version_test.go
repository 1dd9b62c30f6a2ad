package report

import (
	"runtime/debug"
	"testing"
)

func TestVersionOf(t *testing.T) {
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "351ff9612abc0123456789abcdef012345678901"}
	changed := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for _, c := range []struct {
		main     string
		settings []debug.BuildSetting
		want     string
	}{
		{"v1.2.0", []debug.BuildSetting{revision}, "v1.2.0"},
		{"v0.0.0-20261130201139-351ff9612abc+dirty", nil, "v0.0.0-20261130201139-351ff9612abc+dirty"},
		{"(devel)", []debug.BuildSetting{revision}, "devel-351ff9612abc"},
		{"", []debug.BuildSetting{revision, changed}, "devel-351ff9612abc+dirty"},
		{"(devel)", []debug.BuildSetting{changed}, "(devel)"},
		{"", nil, "(devel)"},
	} {
		if got := versionOf(&debug.BuildInfo{Main: debug.Module{Version: c.main}, Settings: c.settings}); got != c.want {
			t.Errorf("%q, %v: %q, want %q", c.main, c.settings, got, c.want)
		}
	}
}

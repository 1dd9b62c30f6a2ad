package adlab_test

import (
	"os"
	"testing"

	"mbxperm/ui/cli/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

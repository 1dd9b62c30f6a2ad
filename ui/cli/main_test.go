package cli

import (
	"os"
	"testing"

	"mbxperm/ui/cli/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

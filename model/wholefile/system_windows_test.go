package wholefile

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// TestPrivate: the DACL of a file, and of a log, is protected and names three
// parties.
func TestPrivate(t *testing.T) {
	dir := t.TempDir()
	file, log := filepath.Join(dir, "file"), filepath.Join(dir, "log")
	if err := put(file, "x", false); err != nil {
		t.Fatal(err)
	}
	f, err := Append(log)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, log} {
		sd, err := windows.GetNamedSecurityInfo(name, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
		if err != nil {
			t.Fatal(err)
		}
		control, _, err := sd.Control()
		if err != nil || control&windows.SE_DACL_PROTECTED == 0 {
			t.Errorf("%s: control %#x, %v; want a protected DACL", name, control, err)
		}
		text := sd.String()
		for _, who := range []string{user.User.Sid.String(), "SY", "BA"} {
			if !strings.Contains(text, "(A;;FA;;;"+who+")") {
				t.Errorf("%s: %s, want Full Access for %s", name, text, who)
			}
		}
		if strings.Count(text, "(") != 3 {
			t.Errorf("%s: %s, want three entries", name, text)
		}
	}
}

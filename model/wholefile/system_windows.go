package wholefile

import (
	"fmt"
	"io/fs"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// createPrivate creates a file that its owner, SYSTEM and Administrators can
// read. A mode means nothing here: without a DACL of its own the file takes what
// its folder hands down, which may be that Everyone reads it.
func createPrivate(name string) (*os.File, error) {
	security, err := private()
	if err != nil {
		return nil, fmt.Errorf("no access list for it: %w", err)
	}
	path, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	h, err := windows.CreateFile(path, windows.GENERIC_READ|windows.GENERIC_WRITE, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE,
		security, windows.CREATE_NEW, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "create", Path: name, Err: err}
	}
	return os.NewFile(uintptr(h), name), nil
}

// private is the security of a file that is nobody else's business: a DACL that
// is protected (P, nothing is handed down to it) and gives Full Access (FA) to the
// user of the process, SYSTEM (SY) and Administrators (BA); [MS-DTYP] 2.5.1.1.
func private() (*windows.SecurityAttributes, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	sd, err := windows.SecurityDescriptorFromString("D:P(A;;FA;;;" + user.User.Sid.String() + ")(A;;FA;;;SY)(A;;FA;;;BA)")
	if err != nil {
		return nil, err
	}
	return &windows.SecurityAttributes{Length: uint32(unsafe.Sizeof(windows.SecurityAttributes{})), SecurityDescriptor: sd}, nil
}

// renameNew renames a file if nothing has the new name (fs.ErrExist).
func renameNew(from, to string) error {
	old, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	new, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	return windows.MoveFile(old, new) // without leave to replace
}

// openDescriptor is for systems that know /dev/fd.
func openDescriptor(int, string) (*os.File, error) { return nil, fs.ErrInvalid }

package adlab

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed scripts/*.py
var scripts embed.FS

// python is Debian's own: Samba's modules are built for it and for no other.
const python = "/usr/bin/python3"

// treeVersion changes when the way of building changes and the scripts do not.
const treeVersion = "2"

const unusedFor = 7 * 24 * time.Hour

// tools are the programs that the lab is made of.
type tools struct {
	samba, sambaTool string
	version          string
}

// findTools looks for everything the lab needs, and names the packages that are missing.
func findTools() (tools, error) {
	var t tools
	var missing []string
	need := func(pack string, ok bool) {
		if !ok {
			missing = append(missing, pack)
		}
	}
	t.samba, t.sambaTool = program("samba"), program("samba-tool")
	need("samba", t.samba != "" && t.sambaTool != "")
	need("samba-ad-provision", exists("/usr/share/samba/setup/provision.ldif"))
	need("samba-dsdb-modules", exists("/usr/lib/*/samba/ldb/aclread.so"))
	need("samba-vfs-modules", exists("/usr/lib/*/samba/vfs/acl_xattr.so"))
	need("python3-samba", exists("/usr/lib/python3/dist-packages/samba/samdb.py"))
	if len(missing) > 0 {
		return t, fmt.Errorf("%w: install the packages %s", ErrUnavailable, strings.Join(missing, " "))
	}
	out, err := exec.Command(t.samba, "--version").Output()
	if err != nil {
		return t, fmt.Errorf("%s --version: %w", t.samba, err)
	}
	t.version = strings.TrimSpace(string(out))
	return t, nil
}

// program finds a program also where an ordinary account has no path to it.
func program(name string) string {
	for _, file := range []string{name, "/usr/sbin/" + name, "/usr/bin/" + name} {
		if path, err := exec.LookPath(file); err == nil {
			return path
		}
	}
	return ""
}

func exists(pattern string) bool {
	found, err := filepath.Glob(pattern)
	return err == nil && len(found) > 0
}

// treeKey names what a tree depends on, so that a change of a script makes a new one.
func treeKey(t tools, o Options) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %d %d %s", treeVersion, t.version, o.Mailboxes, o.Staff, smbConf)
	err := fs.WalkDir(scripts, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := scripts.ReadFile(path)
		fmt.Fprintf(h, "%s %d ", path, len(text))
		_, _ = h.Write(text)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil)[:8]), err
}

// builtTree returns the directory of the provisioned and filled tree. Of several
// processes that want it at the same time, one builds and the others wait.
func builtTree(ctx context.Context, t tools, address string, o Options) (string, error) {
	key, err := treeKey(t, o)
	if err != nil {
		return "", err
	}
	root := filepath.Join(tempRoot(), "trees")
	if cache, err := os.UserCacheDir(); err == nil {
		root = filepath.Join(cache, "mbxperm-adlab")
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return "", err
	}
	lock, err := lockFile(filepath.Join(root, key+".lock"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	tree := filepath.Join(root, key)
	now := time.Now()
	if os.Chtimes(tree, now, now) == nil {
		return tree, nil
	}
	prune(root, now.Add(-unusedFor))
	dir, err := os.MkdirTemp("", "adlab-build-") // short: it holds sockets, and their paths are limited
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := buildTree(ctx, t, dir, address, o); err != nil {
		return "", err
	}
	half := tree + ".half"
	if err := errors.Join(os.RemoveAll(half), copyTree(filepath.Join(dir, "t"), half)); err != nil {
		return "", err
	}
	return tree, os.Rename(half, tree)
}

// prune removes trees that nobody has used for a while: each change of a script leaves one behind.
func prune(root string, before time.Time) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.IsDir() && info.ModTime().Before(before) {
			_ = os.RemoveAll(filepath.Join(root, e.Name()))
		}
	}
}

// buildTree provisions a domain, fills it, and lets the running server say what the reader may see.
func buildTree(ctx context.Context, t tools, dir, address string, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, buildLimit)
	defer cancel()
	tree, source := filepath.Join(dir, "t"), filepath.Join(dir, "scripts")
	if err := os.CopyFS(dir, scripts); err != nil {
		return err
	}
	if err := command(ctx, t.sambaTool, "domain", "provision", "--quiet", "--targetdir="+tree, "--realm="+realm,
		"--domain="+netbios, "--server-role=dc", "--host-name=dc1", "--host-ip="+address, "--dns-backend=NONE",
		"--domain-sid=S-1-5-21-716556321-2220452112-2200084612", "--adminpass="+adminPassword,
		"--option=interfaces=lo", "--option=bind interfaces only=yes", "--option=vfs objects="); err != nil {
		return err
	}
	if err := errors.Join(writeCertificates(filepath.Join(tree, "tls")), writeConfig(tree, address, Options{})); err != nil {
		return err
	}
	if err := command(ctx, python, "-B", filepath.Join(source, "build.py"), tree,
		strconv.Itoa(o.Mailboxes), strconv.Itoa(o.Staff)); err != nil {
		return err
	}
	s, err := startServer(ctx, t, tree, address)
	if err != nil {
		return err
	}
	defer s.stop()
	return command(ctx, python, "-B", filepath.Join(source, "oracle.py"), tree, filepath.Join(tree, oracleName), address)
}

// command runs a program and puts what it printed into the error, without its arguments: one of them is a password.
func command(ctx context.Context, name string, args ...string) error {
	// As with the server: the kernel ends the child with this thread, so the thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, out[max(0, len(out)-3000):])
	}
	return nil
}

// copyTree copies the files that a server needs. The policy share is none of them,
// sockets and logs belong to the server that made them.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		switch {
		case e.IsDir() && e.Name() == "sysvol":
			return filepath.SkipDir
		case e.IsDir():
			info, err := e.Info()
			if err != nil {
				return err
			}
			return os.MkdirAll(target, info.Mode().Perm()|0o700)
		case !e.Type().IsRegular(), strings.HasSuffix(path, ".log"), strings.HasSuffix(path, ".pid"):
			return nil
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}

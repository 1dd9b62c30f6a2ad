package mailtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/model/door"
)

const eximConf = `exim_path = EXIM
spool_directory = DIR/exim
log_file_path = DIR/exim/%slog
keep_environment =
pid_file_path = DIR/exim.pid
primary_hostname = mail.contoso.com
local_interfaces = 127.0.0.1
daemon_smtp_ports = EXIMPORT
tls_advertise_hosts = *
tls_certificate = DIR/exim-cert.pem
tls_privatekey = DIR/exim-key.pem
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = rcpt
never_users =
begin acl
rcpt:
  accept domains = contoso.com
  deny message = relay not permitted
begin routers
all:
  driver = redirect
  data = :blackhole:
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{USER}}{eq{$auth3}{PASSWORD}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${if and{{eq{$auth1}{USER}}{eq{$auth2}{PASSWORD}}}}
  server_set_id = $auth1
`

// Exim conflicts with Postfix as a package, so it is unpacked beside it.
var eximPackages = []string{"exim4-daemon-light", "exim4-base", "exim4-config", "libidn12", "libnss-wrapper"}

// exim unpacks Exim into the user's cache folder, once, and starts it. Without a
// net there is none, and its tests say so.
func (r *Real) exim(t testing.TB) {
	t.Helper()
	program, err := unpackExim()
	if err != nil {
		if os.Getenv("MBXPERM_LAB") == "required" {
			t.Fatal(err)
		}
		t.Logf("no Exim here: %v", err)
		return
	}
	r.Exim = at(door.SMTP, port(t))
	for _, name := range []string{"cert", "key"} {
		b, err := os.ReadFile(filepath.Join(r.dir, name+".pem"))
		must(t, err)
		r.write(t, "exim-"+name+".pem", string(b), 0o644)
	}
	must(t, os.MkdirAll(filepath.Join(r.dir, "exim"), 0o777))
	must(t, os.Chown(filepath.Join(r.dir, "exim"), 64123, 64123))
	conf := r.write(t, "exim.conf", r.fill(eximConf, "EXIMPORT", r.Exim.Port, "EXIM", program, "USER", User, "PASSWORD", Password), 0o644)
	libraries, _ := filepath.Glob(filepath.Join(filepath.Dir(program), "../lib/*-linux-gnu"))
	// Its account is that of its package, which is not installed.
	passwd, err := os.ReadFile("/etc/passwd")
	must(t, err)
	group, err := os.ReadFile("/etc/group")
	must(t, err)
	env := []string{"LD_LIBRARY_PATH=" + strings.Join(libraries, ":"), "LD_PRELOAD=libnss_wrapper.so",
		"NSS_WRAPPER_PASSWD=" + r.write(t, "passwd", string(passwd)+"Debian-exim:x:64123:64123::/:/bin/false\n", 0o644),
		"NSS_WRAPPER_GROUP=" + r.write(t, "group", string(group)+"Debian-exim:x:64123:\n", 0o644)}
	r.daemon(t, env, program, "-C", conf, "-bdf", "-q1h")
	listens(t, r.Exim)
}

func unpackExim() (program string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "mbxperm-exim")
	program = filepath.Join(dir, "usr/sbin/exim4")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for _, name := range eximPackages {
		c := exec.Command("apt-get", "download", name)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			return "", fmt.Errorf("apt-get download %s: %w: %s", name, err, out)
		}
	}
	debs, _ := filepath.Glob(filepath.Join(dir, "*.deb"))
	for _, deb := range debs {
		if out, err := exec.Command("dpkg", "-x", deb, dir).CombinedOutput(); err != nil {
			return "", fmt.Errorf("dpkg -x %s: %w: %s", deb, err, out)
		}
	}
	if _, err := os.Stat(program); err != nil {
		return "", errors.New("its packages have no " + program)
	}
	return program, nil
}

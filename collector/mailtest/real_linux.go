package mailtest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mbxperm/model/door"
)

// User is the account of the real servers; it may log on with Password at every
// one of them.
const (
	User     = "auditor"
	Password = "Example-Passw0rd"
	realm    = "MAIL.INVALID"
)

// Real are mail servers of Debian, each on a port of 127.0.0.1 of its own.
type Real struct {
	CA *Authority
	// The servers; the host of each is 127.0.0.1, but that of Kerberos ones, which
	// is localhost: a ticket is for a name.
	SMTP       door.Target // Postfix, logon by Dovecot
	Cyrus      door.Target // Postfix, logon by Cyrus SASL, NTLM among its mechanisms
	Postscreen door.Target // Postfix behind postscreen, which makes everybody wait
	POP3, IMAP4,
	POP3S, IMAP4S door.Target // Dovecot
	Exim     door.Target // zero where Exim is not to be had
	KRB5Conf string
	dir      string
}

// packages are what the servers need, by a program of each.
var packages = map[string]string{
	"/usr/lib/postfix/sbin/master": "postfix", "/usr/sbin/dovecot": "dovecot-core", "/usr/lib/dovecot/imap": "dovecot-imapd", "/usr/lib/dovecot/pop3": "dovecot-pop3d",
	"/usr/lib/dovecot/modules/auth/libmech_gssapi.so": "dovecot-gssapi", "/usr/sbin/saslpasswd2": "sasl2-bin", "/usr/lib/x86_64-linux-gnu/sasl2/libntlm.so": "libsasl2-modules",
	"/usr/sbin/krb5kdc": "krb5-kdc", "/usr/sbin/kadmin.local": "krb5-admin-server",
}

// Start starts the servers for a test, or skips it with a line that says what is
// missing; where the environment has MBXPERM_LAB=required it fails instead.
func Start(t testing.TB) *Real {
	t.Helper()
	var missing []string
	for file, name := range packages {
		if found, _ := filepath.Glob(strings.Replace(file, "x86_64-linux-gnu", "*-linux-gnu", 1)); len(found) == 0 {
			missing = append(missing, name)
		}
	}
	if os.Getuid() != 0 {
		missing = append(missing, "root, which the servers of Debian want")
	}
	if len(missing) > 0 {
		text := "no real mail servers here: there is no " + strings.Join(missing, ", no ")
		if os.Getenv("MBXPERM_LAB") == "required" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	// The servers run as users of their own, who must get in: not in t.TempDir.
	dir, err := os.MkdirTemp("/tmp", "mbxperm-mail-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Cleanup(func() {
		logs, _ := filepath.Glob(filepath.Join(dir, "*.log"))
		out, _ := filepath.Glob(filepath.Join(dir, "*.out"))
		for _, name := range append(logs, out...) {
			if b, err := os.ReadFile(name); err == nil && t.Failed() {
				t.Logf("%s:\n%s", name, b)
			}
		}
	})
	r := &Real{CA: NewAuthority(t), dir: dir}
	must(t, os.Chmod(dir, 0o755))
	r.certificate(t)
	r.kerberos(t)
	r.dovecot(t)
	r.postfix(t)
	r.exim(t)
	return r
}

// Log is what a server has written into its own log: dovecot or postfix.
func (r *Real) Log(t testing.TB, server string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, server+".log"))
	must(t, err)
	return string(text)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write writes a file of the servers.
func (r *Real) write(t testing.TB, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(r.dir, name)
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), mode))
	must(t, os.Chmod(path, mode))
	return path
}

// certificate makes one for all servers.
func (r *Real) certificate(t testing.TB) {
	t.Helper()
	conf := r.CA.Server(t, func(c *x509.Certificate) { c.DNSNames = append(c.DNSNames, "localhost") })
	key, err := x509.MarshalPKCS8PrivateKey(conf.Certificates[0].PrivateKey)
	must(t, err)
	r.write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: conf.Certificates[0].Certificate[0]})), 0o644)
	r.write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})), 0o600)
}

// port is one that is free on 127.0.0.1.
func port(t testing.TB) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

func at(p door.Protocol, port uint16) door.Target {
	return door.Target{Protocol: p, Host: "127.0.0.1", Port: port, Domain: "contoso.com"}
}

// fill puts the folder, and pairs of names and values, into a text.
func (r *Real) fill(text string, pairs ...any) string {
	text = strings.ReplaceAll(text, "DIR", r.dir)
	for i := 0; i < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprint(pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return text
}

// run runs a program to its end.
func run(t testing.TB, env []string, stdin string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Env = append(os.Environ(), env...)
	c.Stdin = strings.NewReader(stdin)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// supervised runs a program until its own standard input ends, which it does when
// the test process does, be it by a kill: the servers change their user, and then
// Linux tells them of no parent's death.
const supervised = `"$@" </dev/null & cat >/dev/null; trap "" TERM; kill -TERM 0; sleep 1; kill -KILL 0`

// daemon starts a program that stays, and ends it and all its children with the
// test.
func (r *Real) daemon(t testing.TB, env []string, args ...string) {
	t.Helper()
	c := exec.Command("sh", append([]string{"-c", supervised, "sh"}, args...)...)
	c.Env = append(os.Environ(), env...)
	log, err := os.Create(filepath.Join(r.dir, filepath.Base(args[0])+".out"))
	must(t, err)
	defer log.Close()
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := c.StdinPipe()
	must(t, err)
	must(t, c.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		stdin.Close()
		_ = c.Wait()
		for end := time.Now().Add(300 * time.Millisecond); syscall.Kill(-c.Process.Pid, 0) == nil && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	})
}

// listens waits until somebody listens.
func listens(t testing.TB, targets ...door.Target) {
	t.Helper()
	end := time.Now().Add(20 * time.Second)
	for _, target := range targets {
		for {
			c, err := net.DialTimeout("tcp", target.Name(), time.Second)
			if err == nil {
				c.Close()
				break
			}
			if time.Now().After(end) {
				t.Fatalf("nobody listens on %s: %v", target.Name(), err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

const krb5Conf = `[libdefaults]
 default_realm = REALM
 dns_lookup_kdc = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 REALM = {
  kdc = 127.0.0.1:KDCPORT
 }
[domain_realm]
 localhost = REALM
`

const kdcConf = `[kdcdefaults]
 kdc_tcp_ports = KDCPORT
 kdc_ports = KDCPORT
[realms]
 REALM = {
  database_name = DIR/kdc/principal
  key_stash_file = DIR/kdc/stash
  acl_file = DIR/kdc/acl
  supported_enctypes = aes256-cts:normal aes128-cts:normal
 }
`

// kerberos starts a KDC with the account and the keys of the services.
func (r *Real) kerberos(t testing.TB) {
	t.Helper()
	p := port(t)
	must(t, os.MkdirAll(filepath.Join(r.dir, "kdc"), 0o700))
	r.KRB5Conf = r.write(t, "krb5.conf", r.fill(krb5Conf, "REALM", realm, "KDCPORT", p), 0o644)
	env := []string{"KRB5_CONFIG=" + r.KRB5Conf, "KRB5_KDC_PROFILE=" + r.write(t, "kdc.conf", r.fill(kdcConf, "REALM", realm, "KDCPORT", p), 0o644)}
	run(t, env, "", "kdb5_util", "create", "-s", "-r", realm, "-P", "Example-Master-1")
	commands := "addprinc -pw " + Password + " " + User + "\n"
	for _, s := range []string{"smtp", "pop", "imap"} {
		commands += "addprinc -randkey " + s + "/localhost\nktadd -k " + r.dir + "/services.keytab " + s + "/localhost\n"
	}
	run(t, env, commands, "kadmin.local", "-r", realm)
	must(t, os.Chmod(filepath.Join(r.dir, "services.keytab"), 0o644))
	r.daemon(t, env, "krb5kdc", "-n", "-r", realm)
}

const dovecotConf = `base_dir = DIR/dovecot
log_path = DIR/dovecot.log
protocols = imap pop3
default_internal_user = dovecot
default_login_user = dovenull
ssl = yes
ssl_cert = <DIR/cert.pem
ssl_key = <DIR/key.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login xoauth2 gssapi
auth_gssapi_hostname = localhost
auth_krb5_keytab = DIR/services.keytab
auth_username_format = %n
auth_failure_delay = 0
mail_location = maildir:DIR/mail/%u
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%n DIR/users
  mechanisms = plain login gssapi
}
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = DIR/oauth2.conf
}
userdb {
  driver = static
  args = uid=mail gid=mail home=DIR/mail/%u allow_all_users=yes
}
# On loopback everything is as good as TLS, unless a haproxy says otherwise.
login_trusted_networks =
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = IMAP4PORT
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = IMAP4SPORT
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    address = 127.0.0.1
    port = POP3PORT
  }
  inet_listener pop3s {
    address = 127.0.0.1
    port = POP3SPORT
    ssl = yes
  }
}
service auth {
  unix_listener DIR/auth {
    mode = 0666
  }
}
`

// dovecot starts POP3, IMAP4 and the logons of Postfix.
func (r *Real) dovecot(t testing.TB) {
	t.Helper()
	r.POP3, r.POP3S, r.IMAP4, r.IMAP4S = at(door.POP3, port(t)), at(door.POP3, port(t)), at(door.IMAP4, port(t)), at(door.IMAP4, port(t))
	r.write(t, "users", User+":{PLAIN}"+Password+"\n", 0o644)
	r.write(t, "oauth2.conf", "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix="+r.dir+"/keys/\nusername_attribute = sub\n", 0o644)
	r.write(t, "keys/default/HS256/default", base64.StdEncoding.EncodeToString([]byte(tokenKey)), 0o644)
	must(t, os.MkdirAll(filepath.Join(r.dir, "mail"), 0o777))
	must(t, os.Chmod(filepath.Join(r.dir, "mail"), 0o777))
	conf := r.write(t, "dovecot.conf", r.fill(dovecotConf, "IMAP4SPORT", r.IMAP4S.Port, "IMAP4PORT", r.IMAP4.Port, "POP3SPORT", r.POP3S.Port, "POP3PORT", r.POP3.Port), 0o644)
	r.daemon(t, []string{"KRB5_CONFIG=" + r.KRB5Conf}, "/usr/sbin/dovecot", "-F", "-c", conf)
	listens(t, r.POP3, r.POP3S, r.IMAP4, r.IMAP4S)
}

// tokenKey signs the tokens that Dovecot takes.
const tokenKey = "Example-Token-Key-of-32-bytes-1!"

// Token makes a token of the account (RFC 7519), good until a time.
func (r *Real) Token(t testing.TB, until time.Time) string {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(fmt.Appendf(nil, `{"sub":%q,"email":%q,"exp":%d}`, User, User, until.Unix()))
	m := hmac.New(sha256.New, []byte(tokenKey))
	m.Write([]byte(text))
	return text + "." + encode(m.Sum(nil))
}

const mainCF = `compatibility_level = 3.6
queue_directory = DIR/spool
data_directory = DIR/data
maillog_file = DIR/postfix.log
maillog_file_prefixes = /var, /tmp
multi_instance_enable = no
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.contoso.com
mydestination = contoso.com
mynetworks = 192.0.2.1/32
local_recipient_maps =
local_transport = discard
default_transport = discard
alias_maps =
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_loglevel = 1
smtpd_tls_chain_files = DIR/key.pem, DIR/cert.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = DIR/auth
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
postscreen_greet_wait = 2s
postscreen_greet_banner = please wait
postscreen_greet_action = enforce
postscreen_cache_map =
`

const masterCF = `127.0.0.1:SMTPPORT inet n - n - - smtpd
127.0.0.1:CYRUSPORT inet n - n - - smtpd -o smtpd_sasl_type=cyrus -o smtpd_sasl_path=smtpd
127.0.0.1:SCREENPORT inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
discard unix - - n - - discard
error unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
`

const cyrusConf = `pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: DIR/sasl/sasldb2
mech_list: NTLM PLAIN LOGIN
`

// postfix starts SMTP three times.
func (r *Real) postfix(t testing.TB) {
	t.Helper()
	r.SMTP, r.Cyrus, r.Postscreen = at(door.SMTP, port(t)), at(door.SMTP, port(t)), at(door.SMTP, port(t))
	r.write(t, "postfix/sasl/smtpd.conf", r.fill(cyrusConf), 0o644) // where Debian's Postfix looks
	must(t, os.MkdirAll(filepath.Join(r.dir, "sasl"), 0o755))
	run(t, nil, Password, "saslpasswd2", "-p", "-c", "-u", "mail.contoso.com", "-f", r.dir+"/sasl/sasldb2", User)
	must(t, os.Chmod(r.dir+"/sasl/sasldb2", 0o644))
	r.write(t, "postfix/main.cf", r.fill(mainCF), 0o644)
	r.write(t, "postfix/master.cf", r.fill(masterCF, "SMTPPORT", r.SMTP.Port, "CYRUSPORT", r.Cyrus.Port, "SCREENPORT", r.Postscreen.Port), 0o644)
	for _, name := range []string{"spool", "data"} {
		must(t, os.MkdirAll(filepath.Join(r.dir, name), 0o755))
	}
	run(t, nil, "", "chown", "postfix", r.dir+"/data")
	run(t, nil, "", "postfix", "-c", r.dir+"/postfix", "check")
	r.daemon(t, []string{"KRB5_CONFIG=" + r.KRB5Conf, "MAIL_CONFIG=" + r.dir + "/postfix"}, "/usr/lib/postfix/sbin/master", "-c", r.dir+"/postfix", "-d")
	listens(t, r.SMTP, r.Cyrus, r.Postscreen)
}

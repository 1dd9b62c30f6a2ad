package adlab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/go-ldap/ldap/v3"
)

const stopLimit = 8 * time.Second

// server is one running Samba: a master process and its workers, in a process group of their own.
type server struct {
	dir    string
	master *os.Process
	ended  chan struct{}
	err    error // why the master ended; valid once ended is closed
}

// startServer runs the tree in dir and returns when it answers a bind on every port.
func startServer(ctx context.Context, t tools, dir, address string) (*server, error) {
	s := &server{dir: dir, ended: make(chan struct{})}
	begun := make(chan error, 1)
	go s.run(t.samba, begun)
	if err := <-begun; err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		err := answers(ctx, dir, address)
		if err == nil {
			return s, nil
		}
		select {
		case <-s.ended:
			s.stop()
			return nil, fmt.Errorf("samba ended: %w%s", s.err, s.logTail())
		case <-ctx.Done():
			s.stop()
			return nil, fmt.Errorf("samba does not answer: %w%s", err, s.logTail())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// run starts the master and waits for its end. The kernel sends the death signal when
// the thread that started the child ends, so this goroutine keeps its thread.
func (s *server) run(samba string, begun chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command(samba, "--foreground", "--model=prefork", "--no-process-group",
		"--configfile="+filepath.Join(s.dir, "etc", "smb.conf"))
	cmd.Env = append(os.Environ(), "KRB5_CONFIG="+filepath.Join(s.dir, "krb5.conf"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	out, err := os.Create(filepath.Join(s.dir, "output.log"))
	if err != nil {
		begun <- err
		return
	}
	defer func() { _ = out.Close() }()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		begun <- err
		return
	}
	s.master = cmd.Process
	begun <- nil
	s.err = cmd.Wait()
	if s.err == nil {
		s.err = errors.New("without an error")
	}
	close(s.ended)
}

// stop asks the master to end and takes its workers with it; what does not follow in time is killed.
func (s *server) stop() {
	_ = s.master.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(stopLimit):
	}
	_ = syscall.Kill(-s.master.Pid, syscall.SIGKILL)
	<-s.ended
}

// logTail is the end of what Samba said, for an error that someone has to understand.
func (s *server) logTail() string {
	const most = 1500
	var text string
	for _, name := range []string{"output.log", "samba.log"} {
		raw, err := os.ReadFile(filepath.Join(s.dir, name))
		if err == nil && len(raw) > 0 {
			text += "\n" + string(raw[max(0, len(raw)-most):])
		}
	}
	return text
}

// answers checks that every port is open and that the administrator can bind.
func answers(ctx context.Context, dir, address string) error {
	for _, port := range ports {
		c, err := net.DialTimeout("tcp", net.JoinHostPort(address, strconv.Itoa(port)), time.Second)
		if err != nil {
			return err
		}
		_ = c.Close()
	}
	client, err := administer(ctx, dir, address)
	if err != nil {
		return err
	}
	return client.Close()
}

// registerServices gives the domain controller the names that Kerberos asks for.
// In a full Samba a task of its own does that.
func registerServices(dir, address string) error {
	client, err := administer(context.Background(), dir, address)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	m := ldap.NewModifyRequest("CN=DC1,OU=Domain Controllers,"+baseDN, nil)
	m.Add("servicePrincipalName", []string{"ldap/" + hostName, "ldap/" + hostName + "/" + domain, "ldap/" + alias, "ldap/DC1"})
	if err := client.Modify(m); err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultAttributeOrValueExists) {
		return err
	}
	return nil
}

// administer connects and binds as administrator.
func administer(ctx context.Context, dir, address string) (*ldap.Conn, error) {
	roots, err := certPool(filepath.Join(dir, "tls", caFile))
	if err != nil {
		return nil, err
	}
	// The authority is checked here, the name is not: it is wrong on purpose in some labs.
	config := &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(c tls.ConnectionState) error {
		_, err := c.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots})
		return err
	}}
	dialer := tls.Dialer{Config: config}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(address, "636"))
	if err != nil {
		return nil, err
	}
	client := ldap.NewConn(conn, true)
	client.Start()
	client.SetTimeout(10 * time.Second)
	if err := client.Bind("administrator@"+domain, adminPassword); err != nil {
		_ = client.Close()
		return nil, err
	}
	return client, nil
}

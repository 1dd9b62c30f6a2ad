package probe

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"testing"
	"time"

	"mbxperm/collector/mailtest"
	"mbxperm/model/door"
)

// BenchmarkHundredHosts checks a hundred hosts at once, the slowest of which
// answers its greeting after a second: all of it should take as long as that one
// and a tenth more.
func BenchmarkHundredHosts(b *testing.B) {
	ca := mailtest.NewAuthority(b)
	targets := make([]door.Target, 100)
	for i := range targets {
		f := mailtest.Well(b, door.SMTP, ca)
		f.Delay = time.Second * time.Duration(i) / time.Duration(len(targets)-1)
		targets[i] = f.Serve(b)
	}
	o := Options{CAFile: ca.File, Timeout: 10 * time.Second, Deadline: time.Minute, Parallel: 250}
	for b.Loop() {
		for _, c := range checkAll(b, o, targets...) {
			if c.Result() != door.OK {
				b.Fatal(c.Worst())
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/1e9, "×slowest")
}

// BenchmarkPostfix checks a real Postfix, and in turn says the same commands with
// nothing around them: the difference of the fastest of each is what a check adds.
// (The others say little: every other answer inside TLS waits for a delayed
// acknowledgement, 40 ms, and Postfix slows down who connects often.)
func BenchmarkPostfix(b *testing.B) {
	r := mailtest.Start(b)
	o := Options{CAFile: r.CA.File, Timeout: 10 * time.Second, Deadline: time.Minute, Parallel: 1}
	check, alone := time.Hour, time.Hour
	for b.Loop() {
		start := time.Now()
		if c := checkAll(b, o, r.SMTP)[0]; c.Result() != door.OK {
			b.Fatal(c.Worst())
		}
		check = min(check, time.Since(start))
		start = time.Now()
		bare(b, r.SMTP)
		alone = min(alone, time.Since(start))
	}
	b.ReportMetric(float64(check-alone)/1e6, "ms-added")
	b.ReportMetric(float64(check)/1e6, "ms-check")
}

// bare has the conversation of a check without keeping anything of it.
func bare(b *testing.B, target door.Target) {
	conn, err := net.Dial("tcp", target.Name())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { conn.Close() }()
	in := bufio.NewReader(conn)
	answer := func() {
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				b.Fatal(err)
			}
			if len(line) < 4 || line[3] != '-' {
				return
			}
		}
	}
	answer()
	for _, command := range []string{"EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]", "MAIL FROM:<smtpcheck@contoso.com>", "RCPT TO:<postmaster@contoso.com>", "RSET", "QUIT"} {
		fmt.Fprintf(conn, "%s\r\n", command)
		answer()
		if command == "STARTTLS" {
			secure := tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
			if err := secure.Handshake(); err != nil {
				b.Fatal(err)
			}
			conn, in = secure, bufio.NewReader(secure)
		}
	}
}

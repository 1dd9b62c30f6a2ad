package protolog_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mbxperm/collector/protolog/logtest"
)

// awkLogons counts the logons of IMAP4 logs by client and name, as an
// administrator would who has nothing but awk.
const awkLogons = `
/^#/ || /^dateTime/ { next }
$10 == "login" {
	ip = $5; sub(/:[0-9]+$/, "", ip); gsub(/[][]/, "", ip); sub(/^::ffff:/, "", ip)
	user = $6; if (user == "") { split($11, word, " "); user = word[1] }
	key = ip "|" user; keys[key]
	if ($12 ~ /R=(OK|ok)/) ok[key]++; else failed[key]++
}
END { for (key in keys) print key "|" ok[key]+0 "|" failed[key]+0 }`

// awkMail counts the messages that were taken, by client.
const awkMail = `
$7 == ">" && $8 ~ /^"?250 2\.6\.0/ { ip = $6; sub(/:[0-9]+$/, "", ip); n[ip]++ }
END { for (ip in n) print ip "|" n[ip] }`

func awk(t *testing.T, script string, files ...string) []string {
	t.Helper()
	path, err := exec.LookPath("awk")
	if err != nil {
		t.Skip("no awk here")
	}
	out, err := exec.Command(path, append([]string{"-F,", script}, files...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// TestAgainstAwk: awk over the same files gives the same rows, all of them.
func TestAgainstAwk(t *testing.T) {
	dir := t.TempDir()
	for h := range 4 {
		put(t, dir, fmt.Sprintf("IMAP4202611020%d-1.LOG", h), logText(t, logtest.Log{Protocol: "IMAP4", Seed: uint64(h), Start: start, Sessions: 1500, Commands: 2, Users: 30, Clients: 50}))
		put(t, dir, fmt.Sprintf("TransportRoles/Logs/FrontEnd/RECV202611020%d-1.LOG", h), smtpText(t, logtest.SMTP{Server: "EX13", Release: 2013, Seed: uint64(h), Start: start, Sessions: 500, Clients: 40}))
	}
	s := read(t, nil, in("EX13="+dir))
	type sum struct{ ok, failed int }
	got, want := map[string]sum{}, map[string]sum{}
	for _, c := range s.Connections {
		if c.OK+c.Failed > 0 {
			k := c.Client + "|" + c.User
			got[k] = sum{got[k].ok + c.OK, got[k].failed + c.Failed}
		}
	}
	logs, _ := filepath.Glob(filepath.Join(dir, "IMAP4*"))
	for _, line := range awk(t, awkLogons, logs...) {
		f := strings.Split(line, "|")
		ok, _ := strconv.Atoi(f[2])
		failed, _ := strconv.Atoi(f[3])
		want[f[0]+"|"+f[1]] = sum{ok, failed}
	}
	same(t, got, want)
	mail, wantMail := map[string]int{}, map[string]int{}
	for _, r := range s.Relays {
		mail[r.Client] += r.Messages
	}
	logs, _ = filepath.Glob(filepath.Join(dir, "TransportRoles/Logs/FrontEnd/RECV*"))
	for _, line := range awk(t, awkMail, logs...) {
		ip, n, _ := strings.Cut(line, "|")
		wantMail[ip], _ = strconv.Atoi(n)
	}
	same(t, mail, wantMail)
}

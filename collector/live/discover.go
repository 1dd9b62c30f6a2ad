package live

import (
	"bufio"
	"os"
	"strings"
	"time"
)

// Found is what this machine says of the directory it belongs to.
type Found struct {
	Domain string    // to read; empty where nothing names one
	Ticket string    // whose Kerberos ticket there is, or empty
	Until  time.Time // how long it is good
	Reason string    // why there is no ticket
}

// TicketText says in words whose ticket there is, or why there is none.
func (f Found) TicketText() string {
	if f.Ticket == "" {
		return "no Kerberos ticket: " + f.Reason
	}
	return "Kerberos ticket of " + f.Ticket + ", good until " + f.Until.Local().Format("2006-01-02 15:04")
}

// resolvConf is where the resolver of a Unix system looks.
const resolvConf = "/etc/resolv.conf"

// Discover finds out what can be known before anything is asked of the network:
// the ticket, and the domain of the keytab, the ticket, the person who is
// logged on (Windows), krb5.conf or the resolver's search list, the first that
// there is.
func Discover(o Options) Found {
	var f Found
	if cache, err := defaultTicket(); err == nil {
		f.Ticket, f.Until = cache.String(), cache.Until
	} else {
		f.Reason = err.Error()
	}
	if domain, err := defaultDomain(o); err == nil {
		f.Domain = domain
	} else {
		f.Domain = searchDomain(resolvConf)
	}
	return f
}

// searchDomain is the first domain of the resolver's search list; the last line
// with one holds (resolv.conf(5)).
func searchDomain(path string) (domain string) {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 2 || words[0] != "search" && words[0] != "domain" {
			continue
		}
		domain = ""
		for _, w := range words[1:] {
			if IsDomain(w) {
				domain = strings.ToLower(strings.TrimSuffix(w, "."))
				break
			}
		}
	}
	return domain
}

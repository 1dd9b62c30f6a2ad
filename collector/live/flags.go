package live

import (
	"time"

	"github.com/spf13/pflag"
)

// Define defines the flags that say how to get into a directory.
func (o *Options) Define(f *pflag.FlagSet) {
	f.StringVarP(&o.User, "user", "u", "", "account to bind with: user@domain, DOMAIN\\user or a DN")
	f.StringVar((*string)(&o.Auth), "auth", string(AuthAuto), "way to bind: "+Auths+"; auto takes the strongest that works")
	// Some reports have a --user and an --auth of their own, which stand before these.
	f.StringVar(&o.User, "bind-user", "", "the same as --user, also where a report has a --user of its own")
	f.StringVar((*string)(&o.Auth), "bind-auth", string(AuthAuto), "the same as --auth, also where a report has an --auth of its own")
	f.StringVar(&o.Keytab, "keytab", "", "bind with Kerberos and the keys in this file")
	f.StringVar(&o.NTHashFile, "nt-hash-file", "", "bind with NTLM and the NT hash in the first line of this file")
	f.StringVar(&o.CertFile, "cert", "", "bind with the client certificate in this file (PEM)")
	f.StringVar(&o.KeyFile, "key", "", "the key of --cert, where it is not in the same file")
	f.StringVar(&o.CAFile, "ca", "", "trust the certificates in this file instead of the system's")
	f.StringArrayVar(&o.Pins, "pin", nil, "trust the server whose public key or certificate has this hash: sha256:HEX or BASE64")
	f.StringVar(&o.SOCKS5, "socks5", "", "go through the SOCKS5 proxy HOST:PORT, as ssh -D makes one")
	f.BoolVar(&o.Insecure, "insecure", false, "accept any certificate; the screen says so all the time")
	f.BoolVar(&o.Cleartext, "cleartext", false, "send the password without TLS over ldap://")
	o.defineReading(f)
	f.BoolVar(&o.Catalog, "gc", false, "read accounts and groups of all domains through a global catalog")
	f.BoolVar(&o.OneDomain, "one-domain", false, "read the domain of the server alone, not every domain of the forest")
	f.Var(&o.DC, "dc", "use the domain controller NAME; NAME=ADDRESS dials that address")
}

// defineReading defines the flags that say how a server is read.
func (o *Options) defineReading(f *pflag.FlagSet) {
	f.IntVar(&o.Connections, "connections", 4, "read on up to this many connections at a time")
	f.DurationVar(&o.Idle, "idle", 130*time.Second, "give up a search when its server has brought nothing new for so long")
	// For tests: the pause is what makes trying again polite, and not for
	// users.
	f.DurationVar(&o.Pause, "retry-pause", time.Second, "wait so long before a search is tried again")
	if err := f.MarkHidden("retry-pause"); err != nil {
		panic(err) // the flag is there
	}
}

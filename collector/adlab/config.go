package adlab

import (
	"os"
	"path/filepath"
	"strings"
)

// The last number of the loopback addresses that labs use.
const (
	firstAddress = 3
	lastAddress  = 250
)

// ports are those a domain controller must have; none of them can be chosen.
var ports = []int{389, 636, 3268, 88}

// Only LDAP and Kerberos run: no file server, no name service, no replication.
const smbConf = `[global]
	netbios name = DC1
	realm = ` + realm + `
	workgroup = ` + netbios + `
	server role = active directory domain controller
	server services = ldap, cldap, kdc
	interfaces = $ADDRESS/8
	bind interfaces only = yes
	prefork children = 2
	ldap server require strong auth = $STRONG
	disable netbios = yes
	load printers = no
	vfs objects =
	private dir = $DIR/private
	lock directory = $DIR
	state directory = $DIR/state
	cache directory = $DIR/cache
	pid directory = $DIR
	ncalrpc dir = $DIR/ncalrpc
	binddns dir = $DIR/bind-dns
	winbindd socket directory = $DIR/winbindd
	ntp signd socket directory = $DIR/ntp_signd
	log file = $DIR/samba.log
	logging = file
	log level = 1
	max log size = 10000
	tls enabled = yes
	tls cafile = $DIR/tls/` + caFile + `
	tls certfile = $DIR/tls/$CERT.pem
	tls keyfile = $DIR/tls/$CERT-key.pem
`

const krb5Conf = `[libdefaults]
	default_realm = ` + realm + `
	dns_lookup_realm = false
	dns_lookup_kdc = false
	udp_preference_limit = 1
	rdns = false
[realms]
	` + realm + ` = {
		kdc = $ADDRESS
		admin_server = $ADDRESS
	}
[domain_realm]
	.` + domain + ` = ` + realm + `
	` + domain + ` = ` + realm + `
`

// writeConfig points the tree in dir at an address. A copied tree still names the place it was made in.
func writeConfig(dir, address string, o Options) error {
	// Samba's own default, "yes", refuses Kerberos and NTLM inside TLS.
	certificate, strong := "server", "allow_sasl_over_tls"
	if o.WrongName {
		certificate = "other"
	}
	if o.Cleartext {
		strong = "no"
	}
	if o.NoSASLOverTLS {
		strong = "yes"
	}
	fill := strings.NewReplacer("$ADDRESS", address, "$DIR", dir, "$CERT", certificate, "$STRONG", strong)
	if err := os.WriteFile(filepath.Join(dir, "etc", "smb.conf"), []byte(fill.Replace(smbConf)), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "krb5.conf"), []byte(fill.Replace(krb5Conf)), 0o644)
}

// oracleName is the file of a tree that holds its oracle.
const oracleName = "oracle.json"

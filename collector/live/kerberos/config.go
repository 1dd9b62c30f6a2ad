package kerberos

import (
	"fmt"
	"maps"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
)

// Config is what krb5.conf says, or a default where there is none. After
// LoadConfig it is only read.
type Config struct {
	// Warnings say what krb5.conf holds that is not understood, and was passed
	// over.
	Warnings []string

	krb5      *config.Config // for the messages of gokrb5
	realm     string         // default_realm
	kdcs      map[string][]string
	domains   map[string]string // [domain_realm]: of hosts, and of domains with a dot before them
	cacheName string            // default_ccache_name, without its tokens
}

// LoadConfig reads the files and folders of KRB5_CONFIG, else those where MIT
// Kerberos has them. Those that are there are read, as one. No file at all is
// no error: realms are then found by name. The error is ErrUnusable, where none
// of the files that KRB5_CONFIG names can be read.
func LoadConfig() (*Config, error) {
	var names []string
	for _, name := range filepath.SplitList(os.Getenv("KRB5_CONFIG")) {
		if name != "" {
			names = append(names, name)
		}
	}
	given := len(names) > 0
	if !given {
		names = slices.DeleteFunc(defaultFiles(), func(name string) bool {
			_, err := os.Stat(name)
			return os.IsNotExist(err)
		})
	}
	var p profile
	root, read := p.load(names)
	if given && read == 0 {
		return nil, unusable("set KRB5_CONFIG to a file that can be read", "krb5.conf: %s", strings.Join(p.warnings, "; "))
	}
	return newConfig(&p, root), nil
}

// defaultFiles are those of MIT Kerberos.
func defaultFiles() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{filepath.Join(os.Getenv("ProgramData"), "MIT", "Kerberos5", "krb5.ini"), filepath.Join(os.Getenv("SystemRoot"), "krb5.ini")}
	case "darwin":
		return []string{"/Library/Preferences/edu.mit.Kerberos", "/etc/krb5.conf"}
	}
	return []string{"/etc/krb5.conf"}
}

// newConfig makes sense of a profile.
func newConfig(p *profile, root *section) *Config {
	c := &Config{krb5: config.New(), kdcs: map[string][]string{}, domains: map[string]string{}}
	defaults := root.at("libdefaults")
	for _, name := range slices.Sorted(maps.Keys(defaults.values)) {
		if !strings.Contains(knownDefaults, " "+name+" ") {
			p.warn("[libdefaults] %s is not known and passed over", name)
		}
	}
	c.realm = p.bare(defaults.first("default_realm"))
	// Nothing that a ticket could be used for elsewhere is ever asked for: it
	// is for one service, for minutes. So forwardable, proxiable,
	// renew_lifetime and noaddresses have no effect; a KDC refuses some of them
	// for accounts that are sensitive or in Protected Users.
	l := &c.krb5.LibDefaults
	l.Clockskew = p.duration("clockskew", defaults.first("clockskew"), l.Clockskew)
	permitted := defaults.first("permitted_enctypes")
	l.DefaultTktEnctypeIDs = p.encryption("default_tkt_enctypes", or(defaults.first("default_tkt_enctypes"), permitted))
	l.DefaultTGSEnctypeIDs = p.encryption("default_tgs_enctypes", or(defaults.first("default_tgs_enctypes"), permitted))
	for _, name := range []string{"dns_canonicalize_hostname", "dns_lookup_kdc", "dns_lookup_realm", "forwardable", "proxiable", "rdns", "canonicalize", "noaddresses"} {
		p.boolean(name, defaults.first(name))
	}
	if name := defaults.first("default_ccache_name"); name != "" {
		c.cacheName = p.expand(name)
	}
	realms := root.at("realms")
	for _, realm := range slices.Sorted(maps.Keys(realms.inside)) {
		for _, kdc := range realms.inside[realm].values["kdc"] {
			if address := p.kdc(realm, kdc); address != "" {
				c.kdcs[realm] = append(c.kdcs[realm], address)
			}
		}
	}
	for domain, values := range root.at("domain_realm").values {
		c.domains[strings.ToLower(domain)] = p.bare(values[0])
	}
	c.Warnings = p.warnings
	return c
}

// knownDefaults are the relations of [libdefaults] in krb5.conf(5) and in that
// of Heimdal. Most have no effect here.
const knownDefaults = " allow_des3 allow_rc4 allow_weak_crypto ap_req_checksum_type canonicalize ccache_type client_aware_channel_bindings clockskew" +
	" default_ccache_name default_cc_name default_client_keytab_name default_etypes default_etypes_des default_keytab_name default_rcache_name default_realm" +
	" default_tgs_enctypes default_tkt_enctypes dns_canonicalize_hostname dns_lookup_kdc dns_lookup_realm dns_uri_lookup enforce_ok_as_delegate err_fmt" +
	" extra_addresses fcc-mit-ticketflags forwardable ignore_acceptor_hostname k5login_authoritative k5login_directory kcm_mach_service kcm_socket" +
	" kdc_default_options kdc_req_checksum_type kdc_timeout kdc_timesync max_retries noaddresses permitted_enctypes pkinit_anchors pkinit_cert_match" +
	" pkinit_eku_checking pkinit_dh_min_bits pkinit_identities pkinit_identity pkinit_kdc_hostname pkinit_pool pkinit_revoke pkinit_require_crl_checking" +
	" plugin_base_dir preferred_preauth_types proxiable qualify_shortname radius_timeout rdns realm_try_domains renew_lifetime request_timeout" +
	" safe_checksum_type spake_preauth_groups spake_preauth_indicator spake_preauth_kdc_challenge ticket_lifetime udp_preference_limit v4_instance_resolve" +
	" v4_name_convert verify_ap_req_nofail "

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// bare is a value without a comment behind it. krb5.conf(5) has comments on
// lines of their own, so kinit takes one for a part of the value.
func (p *profile) bare(value string) string {
	end := strings.IndexAny(value, " \t")
	if end < 0 {
		return value
	}
	p.warn("%q is taken for %q: a comment needs a line of its own", value, value[:end])
	return value[:end]
}

// boolean warns of a value that is none. Every spelling of MIT Kerberos counts;
// dns_canonicalize_hostname knows "fallback" too, since release 1.18. No name
// is ever made canonical here, so none of them changes anything.
func (p *profile) boolean(name, value string) {
	switch strings.ToLower(value) {
	case "", "y", "yes", "true", "t", "1", "on", "n", "no", "false", "nil", "0", "off":
	case "fallback":
		if name != "dns_canonicalize_hostname" {
			p.warn("%s = %s is neither true nor false", name, value)
		}
	default:
		p.warn("%s = %s is neither true nor false", name, value)
	}
}

var spans = regexp.MustCompile(`^(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s?)?$`)

// duration reads one as MIT Kerberos writes it: seconds, 1d2h3m4s or h:m[:s].
func (p *profile) duration(name, value string, otherwise time.Duration) time.Duration {
	var total time.Duration
	parts, units := spans.FindStringSubmatch(value), []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second}
	if parts != nil {
		parts = parts[1:]
	} else if parts = strings.Split(value, ":"); len(parts) == 2 || len(parts) == 3 {
		units = units[1:]
	} else {
		parts = []string{"?"}
	}
	for i, part := range parts {
		if part == "" {
			continue
		}
		n, err := strconv.ParseUint(part, 10, 24)
		if err != nil {
			p.warn("%s = %s is no length of time", name, value)
			return otherwise
		}
		total += time.Duration(n) * units[i]
	}
	if total == 0 {
		return otherwise
	}
	return total
}

// families are the encryption types by family, and those that are usual. The
// order is that of MIT Kerberos.
var families = map[string][]int32{
	"aes":      {etypeID.AES256_CTS_HMAC_SHA1_96, etypeID.AES128_CTS_HMAC_SHA1_96, etypeID.AES256_CTS_HMAC_SHA384_192, etypeID.AES128_CTS_HMAC_SHA256_128},
	"des3":     {etypeID.DES3_CBC_SHA1_KD},
	"rc4":      {etypeID.RC4_HMAC},
	"camellia": {etypeID.CAMELLIA256_CTS_CMAC, etypeID.CAMELLIA128_CTS_CMAC},
	"des":      {etypeID.DES_CBC_CRC, etypeID.DES_CBC_MD5, etypeID.DES_CBC_MD4},
	"default": {etypeID.AES256_CTS_HMAC_SHA1_96, etypeID.AES128_CTS_HMAC_SHA1_96, etypeID.AES256_CTS_HMAC_SHA384_192, etypeID.AES128_CTS_HMAC_SHA256_128,
		etypeID.DES3_CBC_SHA1_KD, etypeID.RC4_HMAC},
}

// encryption reads a list of encryption types and families, parted by blanks or
// commas: a minus before one takes it away, a plus or nothing adds it. Types
// that this program has not got are left out.
func (p *profile) encryption(name, value string) []int32 {
	var list []int32
	for _, word := range strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return strings.ContainsRune(" \t\r\n,", r) }) {
		bare := strings.TrimLeft(word, "+-")
		types := families[bare]
		if types == nil {
			types = []int32{etypeID.ETypesByName[bare]}
			if bare == "des3-cbc-sha1" || bare == "des3-hmac-sha1" { // gokrb5 has another number for them
				types = families["des3"]
			}
		}
		if types[0] == 0 {
			p.warn("%s: encryption type %s is not known", name, word)
			continue
		}
		list = slices.DeleteFunc(list, func(t int32) bool { return slices.Contains(types, t) && word[0] == '-' })
		for _, t := range types {
			if word[0] != '-' && !slices.Contains(list, t) && slices.Contains(families["default"], t) {
				list = append(list, t)
			}
		}
	}
	if len(list) == 0 {
		if value != "" {
			p.warn("%s = %s leaves no encryption type that can be used here; all are", name, value)
		}
		return slices.Clone(families["default"])
	}
	return list
}

var token = regexp.MustCompile(`%\{[^}]*\}`)

// expand puts in what tokens of a path stand for (krb5.conf(5), "Parameter
// expansion"); "" where one is not known.
func (p *profile) expand(path string) string {
	unknown := ""
	uid := strconv.Itoa(os.Getuid())
	path = token.ReplaceAllStringFunc(path, func(t string) string {
		switch strings.ToLower(strings.Trim(t, "%{}")) {
		case "uid", "euid", "userid":
			return uid
		case "username":
			if u, err := user.Current(); err == nil {
				return u.Username
			}
		case "null":
			return ""
		case "temp":
			return os.TempDir()
		case "appdata":
			return os.Getenv("APPDATA")
		case "local_appdata":
			return os.Getenv("LOCALAPPDATA")
		case "common_appdata":
			return os.Getenv("ProgramData")
		case "windows":
			return os.Getenv("SystemRoot")
		}
		unknown = t
		return ""
	})
	if unknown != "" {
		p.warn("the token %s of a path is not known here", unknown)
		return ""
	}
	return path
}

// kdc is the address of a key distribution center, as host:port: a name or
// address, with a port or without, an IPv6 address in brackets, and Heimdal's
// tcp/ or udp/ before it. "" is one that cannot be used.
func (p *profile) kdc(realm, value string) string {
	if strings.Contains(value, "://") {
		p.warn("[realms] %s: the proxy %s (MS-KKDCP) cannot be used here", realm, value)
		return ""
	}
	value = strings.TrimSuffix(p.bare(value), "*")
	for _, transport := range []string{"tcp/", "udp/"} {
		value = strings.TrimPrefix(value, transport)
	}
	if host, port, err := net.SplitHostPort(value); err == nil && host != "" && port != "" {
		return value
	}
	host := strings.TrimSuffix(strings.Trim(value, "[]"), ":")
	if host == "" || strings.Contains(host, "/") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
		p.warn("[realms] %s: %q is no address of a key distribution center", realm, value)
		return ""
	}
	return net.JoinHostPort(host, "88")
}

// DefaultRealm returns default_realm, or "".
func (c *Config) DefaultRealm() string { return c.realm }

// Knows reports whether krb5.conf says where a realm has its KDCs.
func (c *Config) Knows(realm string) bool { return len(c.kdcs[realm]) > 0 }

// KDCs returns those that krb5.conf names, as host:port, in its order.
func (c *Config) KDCs(realm string) []string { return slices.Clone(c.kdcs[realm]) }

// RealmOf returns the realm that [domain_realm] gives a host, or "": that of
// its name, else of the nearest domain above it, with or without a dot before
// it.
func (c *Config) RealmOf(host string) string {
	for name := strings.ToLower(strings.TrimSuffix(host, ".")); name != ""; {
		if realm := c.domains[name]; realm != "" {
			return realm
		}
		if name[0] == '.' {
			name = name[1:]
		} else if dot := strings.IndexByte(name, '.'); dot >= 0 {
			name = name[dot:]
		} else {
			name = ""
		}
	}
	return ""
}

// CacheName returns the name of the user's ticket cache: KRB5CCNAME, else
// default_ccache_name of krb5.conf, else what MIT Kerberos uses.
func (c *Config) CacheName() string {
	if name := os.Getenv("KRB5CCNAME"); name != "" {
		return name
	}
	if c.cacheName != "" {
		return c.cacheName
	}
	if runtime.GOOS == "darwin" {
		return "API:"
	}
	return fmt.Sprintf("FILE:/tmp/krb5cc_%d", os.Getuid())
}

package kerberos

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/jcmturner/gokrb5/v8/config"
)

// Config is what krb5.conf says, or a default where there is none.
type Config struct {
	krb5      *config.Config
	cacheName string // default_ccache_name
}

// LoadConfig reads the files of KRB5_CONFIG, else /etc/krb5.conf. No file at all
// is no error: realms are then found by name.
func LoadConfig() (c *Config, err error) {
	files, given := filepath.SplitList(os.Getenv("KRB5_CONFIG")), true
	if len(files) == 0 {
		files, given = []string{"/etc/krb5.conf"}, false
		if runtime.GOOS == "windows" {
			files = []string{`C:\ProgramData\MIT\Kerberos5\krb5.ini`}
		}
	}
	defer guard("krb5.conf", &err)
	var text strings.Builder
	for _, f := range files {
		err := include(&text, f, 0)
		if os.IsNotExist(err) && !given {
			continue
		}
		if err != nil {
			return nil, unusable("set KRB5_CONFIG to a file that can be read", "krb5.conf: %v", err)
		}
	}
	return parseConfig(text.String())
}

func parseConfig(text string) (*Config, error) {
	krb5, err := config.NewFromString(text)
	if _, other := err.(config.UnsupportedDirective); err != nil && !other {
		return nil, unusable("correct it, or set KRB5_CONFIG to another file", "krb5.conf: %v", err)
	}
	c := &Config{krb5: krb5}
	if m := cacheNameLine.FindStringSubmatch(text); m != nil {
		c.cacheName = m[1]
	}
	// Over TCP a question is put once; over UDP it may reach the server twice,
	// and a wrong password would count twice towards a lock-out.
	krb5.LibDefaults.UDPPreferenceLimit = 1
	krb5.LibDefaults.DNSLookupKDC = true
	return c, nil
}

var cacheNameLine = regexp.MustCompile(`(?m)^\s*default_ccache_name\s*=\s*(\S+)`)

const deepestInclude = 10

// include appends a file and what it includes. gokrb5 passes over "include" and
// "includedir", which stand on the first lines of krb5.conf nearly everywhere.
func include(text *strings.Builder, file string, depth int) error {
	if depth > deepestInclude {
		return fmt.Errorf("%s: included more than %d levels deep", file, deepestInclude)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(b)) {
		word := strings.Fields(line)
		switch {
		case len(word) == 2 && word[0] == "include":
			err = include(text, word[1], depth+1)
		case len(word) == 2 && word[0] == "includedir":
			err = includeDirectory(text, word[1], depth+1)
		case len(word) > 0 && word[0] == "module":
		default:
			text.WriteString(strings.TrimSuffix(line, "\n") + "\n")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inDirectory is which files of an includedir count (krb5.conf(5)).
var inDirectory = regexp.MustCompile(`^([A-Za-z0-9_-]+|[^.].*\.conf)$`)

func includeDirectory(text *strings.Builder, dir string, depth int) error {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || !inDirectory.MatchString(e.Name()) {
			continue
		}
		if err := include(text, filepath.Join(dir, e.Name()), depth); err != nil {
			return err
		}
	}
	return nil
}

// DefaultRealm returns default_realm, or "".
func (c *Config) DefaultRealm() string { return c.krb5.LibDefaults.DefaultRealm }

// Knows reports whether krb5.conf says where a realm has its KDCs.
func (c *Config) Knows(realm string) bool { return len(c.KDCs(realm)) > 0 }

// KDCs returns those that krb5.conf or SetKDCs names, as host:port.
func (c *Config) KDCs(realm string) []string {
	for _, r := range c.krb5.Realms {
		if r.Realm == realm {
			return slices.Clone(r.KDC)
		}
	}
	return nil
}

// SetKDCs says where a realm has its KDCs, as host:port, in the place of what
// the file says.
func (c *Config) SetKDCs(realm string, addresses []string) {
	c.krb5.Realms = slices.DeleteFunc(c.krb5.Realms, func(r config.Realm) bool { return r.Realm == realm })
	c.krb5.Realms = append(c.krb5.Realms, config.Realm{Realm: realm, KDC: addresses})
}

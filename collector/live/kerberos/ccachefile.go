package kerberos

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/types"
)

// cacheFile is a ticket cache as MIT Kerberos keeps it in a file ("Credential
// cache file format", versions 3 and 4). gokrb5 has a reader too, which makes
// room for as many addresses as a damaged file names: that ends the program.
type cacheFile struct {
	client  types.PrincipalName
	realm   string
	entries []cacheEntry
}

// cacheEntry is one ticket with its key.
type cacheEntry struct {
	server types.PrincipalName
	realm  string // of the server
	key    types.EncryptionKey
	until  time.Time
	ticket []byte
}

var (
	errCacheFile    = errors.New("it is damaged, or no ticket cache")
	errCacheVersion = errors.New("it is of a version before 3, which is not read here")
)

// parseCache reads a ticket cache. What the library keeps there for itself, in
// the realm X-CACHECONF:, is left out.
func parseCache(b []byte) (*cacheFile, error) {
	r := &cacheReader{b: b}
	if r.number(1) != 5 {
		return nil, errCacheFile
	}
	version := r.number(1)
	switch version {
	case 1, 2:
		return nil, errCacheVersion
	case 4:
		r.take(r.number(2)) // tags with the offset of the KDC's clock
	}
	c := &cacheFile{}
	c.client, c.realm = r.principal()
	for len(r.b) > 0 && !r.failed {
		var e cacheEntry
		r.principal() // the client again
		e.server, e.realm = r.principal()
		e.key.KeyType = int32(r.number(2))
		if version == 3 {
			r.number(2) // the type again
		}
		e.key.KeyValue = r.data()
		r.take(8) // when the client proved itself, and from when on the ticket is good
		e.until = time.Unix(int64(r.number(4)), 0)
		r.take(4 + 1 + 4) // until when it can be renewed, whether it is for another user's key, flags
		r.list()          // addresses
		r.list()          // authorization data
		e.ticket = r.data()
		r.data() // the second ticket
		if !strings.HasPrefix(e.realm, "X-CACHECONF:") {
			c.entries = append(c.entries, e)
		}
	}
	if r.failed {
		return nil, errCacheFile
	}
	return c, nil
}

// cacheReader takes from the front of what is left. Once there is too little,
// it has failed, and gives nothing any more.
type cacheReader struct {
	b      []byte
	failed bool
}

func (r *cacheReader) take(n uint32) []byte {
	if r.failed || uint64(n) > uint64(len(r.b)) {
		r.failed, r.b = true, nil
		return nil
	}
	taken := r.b[:n:n]
	r.b = r.b[n:]
	return taken
}

// number reads an unsigned number of 1, 2 or 4 bytes.
func (r *cacheReader) number(size uint32) uint32 {
	var b [4]byte
	copy(b[4-size:], r.take(size))
	return binary.BigEndian.Uint32(b[:])
}

func (r *cacheReader) data() []byte { return r.take(r.number(4)) }

func (r *cacheReader) principal() (name types.PrincipalName, realm string) {
	name.NameType = int32(r.number(4))
	n := r.number(4)
	realm = string(r.data())
	for ; n > 0 && !r.failed; n-- {
		name.NameString = append(name.NameString, string(r.data()))
	}
	return name, realm
}

// list passes over a list of values with their types.
func (r *cacheReader) list() {
	for n := r.number(4); n > 0 && !r.failed; n-- {
		r.take(2)
		r.data()
	}
}

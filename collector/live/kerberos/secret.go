package kerberos

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/types"
)

// secret gives the keys of an account. It is a closure, which no printing of a
// struct can look into: the keys of one encryption type, the likeliest first.
type secret func(kind int32, hint keyHint) ([]types.EncryptionKey, error)

// keyHint is how the key of one encryption type is made of a password (RFC 4120
// 5.2.7.5).
type keyHint struct {
	kind       int32
	salt       string
	parameters string // in hexadecimal
}

// keyHints reads what a KDC says about keys, in its order: ETYPE-INFO2, or
// where there is none ETYPE-INFO (RFC 4120 5.2.7.4), or a salt alone (5.2.7.3),
// which has no encryption type.
func keyHints(says types.PADataSequence) (hints []keyHint) {
	for _, pa := range says {
		if pa.PADataType != patype.PA_ETYPE_INFO2 {
			continue
		}
		info, err := pa.GetETypeInfo2()
		if err != nil {
			continue
		}
		for _, i := range info {
			hints = append(hints, keyHint{i.EType, i.Salt, hex.EncodeToString(i.S2KParams)})
		}
	}
	if len(hints) > 0 {
		return hints
	}
	for _, pa := range says {
		switch pa.PADataType {
		case patype.PA_ETYPE_INFO:
			info, err := pa.GetETypeInfo()
			if err != nil {
				continue
			}
			for _, i := range info {
				hints = append(hints, keyHint{kind: i.EType, salt: string(i.Salt)})
			}
		case patype.PA_PW_SALT:
			hints = append(hints, keyHint{salt: string(pa.PADataValue)})
		}
	}
	return hints
}

var errNoKey = errors.New("no key of a type that is asked for")

// first returns the key to prove ourselves with: of the first type that the KDC
// takes, we have asked for, and there is a key of.
func (s secret) first(hints []keyHint, kinds []int32) (types.EncryptionKey, error) {
	if len(hints) == 0 || hints[0].kind == 0 { // an old KDC, or a salt alone
		for _, kind := range kinds {
			h := keyHint{kind: kind}
			if len(hints) > 0 {
				h.salt = hints[0].salt
			}
			if keys, err := s(kind, h); err == nil && len(keys) > 0 {
				return keys[0], nil
			}
		}
	}
	for _, h := range hints {
		if !slices.Contains(kinds, h.kind) {
			continue
		}
		if keys, err := s(h.kind, h); err == nil && len(keys) > 0 {
			return keys[0], nil
		}
	}
	return types.EncryptionKey{}, errNoKey
}

// keys returns those of one type.
func (s secret) keys(kind int32, hints []keyHint) ([]types.EncryptionKey, error) {
	hint := keyHint{kind: kind}
	for _, h := range hints {
		if h.kind == kind || h.kind == 0 {
			hint = h
			break
		}
	}
	keys, err := s(kind, hint)
	if err == nil && len(keys) == 0 {
		err = errNoKey
	}
	return keys, err
}

// ofPassword makes keys of a password. usual is the salt where the KDC names
// none (RFC 4120 4).
func ofPassword(password, usual string) secret {
	return func(kind int32, hint keyHint) ([]types.EncryptionKey, error) {
		how, err := crypto.GetEtype(kind)
		if err != nil {
			return nil, err
		}
		salt, parameters := hint.salt, hint.parameters
		if salt == "" {
			salt = usual
		}
		if len(parameters) != 8 {
			parameters = how.GetDefaultStringToKeyParams()
		}
		value, err := how.StringToKey(password, salt, parameters)
		if err != nil {
			return nil, errors.New("the password makes no key") // the library's own words could quote it
		}
		return []types.EncryptionKey{{KeyType: kind, KeyValue: value}}, nil
	}
}

// Keytab is a file with keys of accounts.
type Keytab struct {
	Path        string
	User, Realm string // of its first entry
	keys        *keytab.Keytab
}

// ReadKeytab reads a keytab.
func ReadKeytab(path string) (k *Keytab, err error) {
	defer guard("the keytab "+path, &err)
	b, err := os.ReadFile(strings.TrimPrefix(path, "FILE:"))
	if err != nil {
		return nil, unusable("", "keytab: %v", err)
	}
	keys := keytab.New()
	if err := keys.Unmarshal(b); err != nil || len(keys.Entries) == 0 {
		// The library's own words could quote the file.
		return nil, unusable("make one with ktutil or ktpass, and copy it as a binary file", "%s is no keytab, or an empty one", path)
	}
	p := keys.Entries[0].Principal
	return &Keytab{Path: path, User: strings.Join(p.Components, "/"), Realm: p.Realm, keys: keys}, nil
}

// Find returns the account of the keytab that goes by a name of a realm, as the
// keytab spells it: Active Directory has no regard for case, a keytab has. The
// error, which is ErrUnusable, says whose keys there are.
func (k *Keytab) Find(user, realm string) (string, string, error) {
	var others []string
	for _, e := range k.keys.Entries {
		name := strings.Join(e.Principal.Components, "/")
		if strings.EqualFold(name, user) && strings.EqualFold(e.Principal.Realm, realm) {
			return name, e.Principal.Realm, nil
		}
		if who := name + "@" + e.Principal.Realm; !slices.Contains(others, who) {
			others = append(others, who)
		}
	}
	const shown = 5
	if len(others) > shown {
		others = append(others[:shown], fmt.Sprintf("and %d more", len(others)-shown))
	}
	return "", "", unusable("leave out -u, or name one of them with it",
		"the keytab %s has no key of %s@%s, but those of %s", k.Path, user, realm, strings.Join(others, ", "))
}

// versions are those of an account's keys.
func (k *Keytab) versions(user, realm string) (list []uint32) {
	for _, e := range k.keys.Entries {
		if strings.Join(e.Principal.Components, "/") == user && e.Principal.Realm == realm && !slices.Contains(list, e.KVNO) {
			list = append(list, e.KVNO)
		}
	}
	return list
}

// kinds are those of the encryption types that the keytab has keys of.
func (k *Keytab) kinds(user, realm string, of []int32) (list []int32) {
	secret := k.secret(user, realm)
	for _, kind := range of {
		if keys, err := secret(kind, keyHint{}); err == nil && len(keys) > 0 {
			list = append(list, kind)
		}
	}
	return list
}

// secret gives the keys of an account, the newest version first. Which version
// an answer names does not matter: keytabs are made with any (ktutil, ktpass).
func (k *Keytab) secret(user, realm string) secret {
	return func(kind int32, _ keyHint) ([]types.EncryptionKey, error) {
		type entry struct {
			key     types.EncryptionKey
			version uint32
			made    time.Time
		}
		var found []entry
		for _, e := range k.keys.Entries {
			if e.Key.KeyType == kind && strings.Join(e.Principal.Components, "/") == user && e.Principal.Realm == realm {
				found = append(found, entry{e.Key, e.KVNO, e.Timestamp})
			}
		}
		slices.SortStableFunc(found, func(a, b entry) int {
			if a.version != b.version {
				return int(int64(b.version) - int64(a.version))
			}
			return b.made.Compare(a.made)
		})
		var keys []types.EncryptionKey
		for _, e := range found {
			keys = append(keys, e.key)
		}
		return keys, nil
	}
}

package decode

import (
	"bytes"
	"encoding/binary"
	"strings"

	"mbxperm/model"
)

// classSet is what the values of objectClass say together. Many entries share one.
type classSet struct {
	is    map[string]bool // in lower case
	class model.Class
}

// classes keeps the sets that occurred: a directory has some hundreds.
type classes struct {
	sets map[string]*classSet // by the values, each with its length before it
	key  []byte
}

// Bounds on what is kept, for a file of nonsense.
const (
	mostClassSets = 1 << 12
	longClassSet  = 1 << 10 // bytes
)

// of returns the set of the values of an objectClass.
func (c *classes) of(values [][]byte) *classSet {
	c.key = c.key[:0]
	for _, v := range values {
		c.key = append(binary.AppendUvarint(c.key, uint64(len(v))), v...)
	}
	if set := c.sets[string(c.key)]; set != nil {
		return set
	}
	set := &classSet{is: map[string]bool{}}
	for _, v := range values {
		set.is[string(bytes.ToLower(v))] = true
	}
	set.class = classOf(set.is)
	if len(c.key) > longClassSet {
		c.key = nil
		return set
	}
	if len(c.sets) >= mostClassSets {
		clear(c.sets)
	}
	c.sets[string(c.key)] = set
	return set
}

// classOf picks the class that matters from an entry's object classes, the most
// special first: a computer is a user too, a managed service account a computer.
func classOf(is map[string]bool) model.Class {
	switch {
	case is["msexchprivatemdb"]:
		return model.ClassStore
	case is["msexchpublicmdb"]:
		return model.ClassPublic
	case is["msexchexchangeserver"]:
		return model.ClassServer
	case is["msds-managedserviceaccount"], is["msds-groupmanagedserviceaccount"]:
		return model.ClassService
	case is["computer"]:
		return model.ClassComputer
	case is["user"], is["inetorgperson"]:
		return model.ClassUser
	case is["group"]:
		return model.ClassGroup
	case is["contact"]:
		return model.ClassContact
	case is["foreignsecurityprincipal"]:
		return model.ClassForeign
	case is["domaindns"]:
		return model.ClassDomain
	case is["container"], is["organizationalunit"], is["builtindomain"], is["msexchcontainer"]:
		return model.ClassContainer
	}
	for c := range is {
		if strings.HasPrefix(c, "msexch") && c != "msexchsystemmailbox" && c != "msexchpublicfolder" && c != "msexchdynamicdistributionlist" {
			return model.ClassContainer
		}
	}
	return model.ClassUnknown
}

package collector

import (
	"encoding/hex"
	"fmt"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
)

// store takes what a mailbox or public store says beyond its descriptor.
func (d *decoder) store(e *Entry, o *model.Object) {
	o.Server = e.Text("msExchOwningServer")
}

// server takes the version of an Exchange server from serialNumber, which reads
// "Version 15.2 (Build 31544.4)" for 15.2.1544.4: since 2010 the build carries
// an offset of 30000.
func (d *decoder) server(e *Entry) {
	var v model.ServerVersion
	if _, err := fmt.Sscanf(e.Text("serialNumber"), "Version %d.%d (Build %d", &v.Major, &v.Minor, &v.Build); err != nil {
		return
	}
	if v.Build >= 30000 {
		v.Build -= 30000
	}
	d.w.Server(e.DN, v)
}

// exchange takes the names of Exchange's own groups: values of
// otherWellKnownObjects are B:32:<GUID in hex, little-endian>:<DN>
// ([MS-ADTS] 6.1.1.4, exchange-facts 5.2).
func (d *decoder) exchange(e *Entry) {
	for _, v := range e.Values("otherWellKnownObjects") {
		parts := strings.SplitN(string(v), ":", 4)
		if len(parts) != 4 || parts[0] != "B" {
			continue
		}
		b, err := hex.DecodeString(parts[2])
		if err != nil {
			continue
		}
		if g, err := acl.GUIDFromBytes(b); err == nil {
			d.w.WellKnownGroup(g, parts[3])
		}
	}
}

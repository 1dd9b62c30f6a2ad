package decode

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// store takes what a mailbox or public store says beyond its descriptor.
func (d *Decoder) store(e *collector.Entry, o *model.Object) {
	o.Server = e.Text("msExchOwningServer")
	o.StoredPartial = d.linkedTexts(e, attrStored, &o.Stored, &o.StoredState)
}

// server takes the version of an Exchange server.
func (d *Decoder) server(e *collector.Entry) {
	v, ok := serialVersion(e.Text("serialNumber"))
	if !ok {
		v = packedVersion(e.Text("versionNumber"))
	}
	d.w.Server(e.DN, v)
}

// serialVersion reads a serialNumber: "Version 15.2 (Build 31544.4)" is
// 15.2.1544.4, since from 2007 on the build carries an offset of 30000; before,
// a service pack may follow: "Version 6.5 (Build 7638.2: Service Pack 2)".
func serialVersion(text string) (v model.ServerVersion, ok bool) {
	if _, err := fmt.Sscanf(text, "Version %d.%d (Build %d.%d", &v.Major, &v.Minor, &v.Build, &v.Revision); err != nil {
		return model.ServerVersion{}, false
	}
	if v.Build >= 30000 {
		v.Build -= 30000
	}
	return v, true
}

// packedVersion reads a versionNumber: since 2007 it holds the build without its
// last part, in bits, and its highest ones are 0111; before, the build alone,
// which does not say of which product. The zero version is one that says nothing.
func packedVersion(text string) model.ServerVersion {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n>>28 != 7 {
		return model.ServerVersion{}
	}
	return model.ServerVersion{Major: int(n >> 22 & 63), Minor: int(n >> 16 & 63), Build: int(n & 0x7FFF)}
}

// organisation takes the objectVersion of the Exchange organisation.
func (d *Decoder) organisation(e *collector.Entry) {
	d.w.Organisation(e.DN, int(number(e.Text("objectVersion"))))
}

// exchange takes the names of Exchange's own groups: values of
// otherWellKnownObjects are B:32:<GUID in hex, little-endian>:<DN>
// ([MS-ADTS] 6.1.1.4, exchange-facts 5.2).
func (d *Decoder) exchange(e *collector.Entry) {
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

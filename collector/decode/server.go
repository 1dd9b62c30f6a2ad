package decode

import (
	"fmt"
	"strconv"

	"mbxperm/collector"
	"mbxperm/model"
)

// server is an Exchange server: what it takes beyond the descriptor is the
// version and where it is. [Servers] asks for it.
var server = kind{
	classes: []class{{"msexchexchangeserver", model.ClassServer}},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		d.put(e, d.object(e, set))
		v, ok := serialVersion(e.Text("serialNumber"))
		if !ok {
			v = packedVersion(e.Text("versionNumber"))
		}
		d.w.Server(e.DN, v)
		d.w.Door(e.DN, model.DoorServer, d.doorValues(e, serverSettings))
	},
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

// packedVersion reads a versionNumber: since 2007 it holds the build without
// its last part, in bits, and its highest ones are 0111; before, the build
// alone, which does not say of which product. The zero version is one that says
// nothing.
func packedVersion(text string) model.ServerVersion {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n>>28 != 7 {
		return model.ServerVersion{}
	}
	return model.ServerVersion{Major: int(n >> 22 & 63), Minor: int(n >> 16 & 63), Build: int(n & 0x7FFF)}
}

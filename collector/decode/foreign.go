package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// foreign is an account of another forest, known by its SID alone ([MS-ADTS]
// 6.1.1.4.10). [Principals] asks for it.
var foreign = kind{
	classes: []class{{"foreignsecurityprincipal", model.ClassForeign}},
	decode:  func(d *decoder, e *collector.Entry, set *classSet) { d.put(e, d.object(e, set)) },
}

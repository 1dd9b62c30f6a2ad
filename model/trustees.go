package model

import "mbxperm/model/internal/pool"

// Trustees are all SIDs that this state knows: those that somebody holds or held, that
// an entry names, or that a mailbox is linked to.
func (s *Snapshot) Trustees() (out []TrusteeID) {
	for id := pool.SID(1); uint32(id) < s.SIDs.Len(); id++ {
		if info := s.SIDInfo(id); info.Holder != 0 || info.Former != 0 || info.Named || info.linked != 0 {
			out = append(out, TrusteeOfSID(id))
		}
	}
	return out
}

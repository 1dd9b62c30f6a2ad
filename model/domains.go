package model

import (
	"cmp"
	"slices"
	"strings"
)

// Domains are those of the forest, by name. One without a SID was not read.
func (s *Snapshot) Domains() []DomainInfo {
	list := slices.Clone(s.facts.domains)
	list = slices.DeleteFunc(list, func(d DomainInfo) bool { return d.DN == "" })
	slices.SortFunc(list, func(a, b DomainInfo) int { return cmp.Or(strings.Compare(a.DNS, b.DNS), strings.Compare(a.DN, b.DN)) })
	return list
}

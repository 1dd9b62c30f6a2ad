package verdict_test

import "slices"

var workedCases = []workedCase{
	{"1 groups inside groups", func(o *forest) {
		o.account("G2").Scope, o.account("G3").Scope = "universal", "local"
		o.add("G1", "U1")
		o.add("G2", "G1")
		o.add("G3", "G2")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;{G3})")
	}, []expected{{who: "U1", open: "allowed", basis: "grant", via: "U1 > G1 > G2 > G3 > mailbox entry 1"}}},
	{"2 distribution groups", func(o *forest) {
		o.add("D1", "U1", "G1")
		o.add("G1", "U2")
		o.add("G2", "D1")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;{D1})(A;CI;0x1;;;{G2})")
	}, []expected{{who: "U1", open: "none"}, {who: "U2", open: "none"}}},
	{"3 the primary group", func(o *forest) {
		o.account("U1").Primary = o.account("G1").SID
		o.add("G2", "G1")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;{G2})")
	}, []expected{{who: "U1", open: "allowed", basis: "grant", via: "U1 > G1 (primary group) > G2 > "}}},
	{"4 SIDHistory of a group", func(o *forest) {
		o.account("G1").History = []string{oldSID + "-2"}
		o.add("G1", "U1")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;{O2})")
	}, []expected{{who: "U1", open: "allowed", basis: "grant", via: "U1 > G1 (by SIDHistory) > "}}},
	{"5 BUILTIN groups", func(o *forest) {
		o.add("G1", "U1")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;BA)")
		o.mailbox("U4", "D:(D;CI;0x1;;;BU)(A;CI;0x20001;;;PS)(A;CI;0x1;;;{G1})")
	}, []expected{{who: "U1", open: "possible"}, {who: "U1", on: "U4", open: "possible"},
		{who: "M", open: "allowed", basis: "owner"}, {who: "U4", on: "U4", open: "allowed", basis: "owner"}}},
	{"6 a deny before an allow", func(o *forest) {
		o.add("G1", "U1")
		o.mailbox("M", "D:(D;CI;0x1;;;{U1})(A;CI;0x20001;;;PS)(A;CI;0x1;;;{G1})")
	}, []expected{{who: "U1", open: "denied", via: "U1 > mailbox entry 0"}}},
	{"7 a deny behind an allow", func(o *forest) {
		o.add("G1", "U1")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;{G1})(D;CI;0x1;;;{U1})")
	}, []expected{{who: "U1", open: "allowed", basis: "grant"}}},
	{"8 a deny with nothing to deny", func(o *forest) {
		o.mailbox("M", "D:(D;CI;0x1;;;{U1})(A;CI;0x20001;;;PS)(D;CI;0x20000;;;{U2})(A;CI;0x1;;;{U2})")
	}, []expected{{who: "U1", open: "none"}, {who: "U2", open: "allowed"}}},
	{"9 stale entries", func(o *forest) {
		o.add("G1", "U1")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(D;CIID;0x1;;;{U1})(A;CIID;0xf0003;;;{U2})(A;CI;0x1;;;{G1})")
	}, []expected{{who: "U1", open: "allowed"}, {who: "U2", open: "none"}}},
	{"10 generic bits and other bits", func(o *forest) {
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;GA;;;{U1})(A;CI;GR;;;{U2})(A;CI;0x6;;;{U3})")
	}, []expected{{who: "U1", open: "allowed"}, {who: "U2", open: "none"}, {who: "U3", open: "none"}}},
	{"11 no list and an empty list", func(o *forest) {
		o.account("M").Mailbox = list{None: "null"}
		o.mailbox("U4", "D:")
		o.account("U4").Store, o.Stores[1].List = "DB2", listOf("D:(A;CI;CR;;;{U1})")
	}, []expected{{who: "U1", open: "allowed"}, {who: "U2", open: "allowed"}, {who: "U1", on: "U4", open: "allowed", via: "U1 > store DB2 entry 0"},
		{who: "U2", on: "U4", open: "none"}, {who: "U4", on: "U4", open: "allowed", basis: "owner"}}},
	{"12 a conditional entry", func(o *forest) {
		o.add("G1", "U1", "U2")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(XA;CI;0x1;;;{G1};(Member_of {SID(BA)}))(A;CI;0x1;;;{U2})")
	}, []expected{{who: "U1", open: "possible"}, {who: "U2", open: "allowed", via: "U2 > mailbox entry 2"}}},
	{"13 the owner", func(o *forest) {
		o.account("U4").Master = sidSelf
		for _, name := range []string{"M", "U4"} {
			o.mailbox(name, "D:(D;CI;0x1;;;WD)(D;CI;0x1;;;PS)(A;CI;0x1;;;{U1})")
		}
	}, []expected{{who: "M", open: "allowed", basis: "owner"}, {who: "U1", open: "denied"},
		{who: "U4", on: "U4", open: "allowed", basis: "owner"}, {who: "U1", on: "U4", open: "denied"}}},
	{"14 a linked mailbox", func(o *forest) {
		o.account("M").Master = foreignSID + "-1"
		o.Accounts = append(o.Accounts, &account{Name: "F1", Domain: "contoso", SID: foreignSID + "-1", Kind: "foreign"})
		o.account("G2").Scope = "local"
		o.add("G1", "M")
		o.add("G2", "F1")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x5;;;{F1})")
		o.mailbox("U2", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;{G2})(D;CI;0x1;;;{G1})")
	}, []expected{{who: "F1", open: "allowed", basis: "owner"}, {who: "M", open: "none"},
		{who: "F1", on: "U2", open: "allowed", basis: "grant"}, {who: "M", on: "U2", open: "none"}}},
	{"15 one old account, two new ones", func(o *forest) {
		o.account("M").History, o.account("U1").History = []string{oldSID + "-1"}, []string{oldSID + "-1"}
	}, []expected{{who: "U1", open: "allowed", sendAs: "allowed", basis: "owner"}}},
	{"16 extended rights on the store, with and without CI", func(o *forest) {
		o.add("G1", "U1")
		o.Stores[0].List, o.Stores[1].List = listOf("D:(A;CI;CR;;;{G1})"), listOf("D:(A;;CR;;;{G1})")
		o.account("U4").Store = "DB2"
	}, []expected{{who: "U1", open: "allowed", admin: "allowed", via: "U1 > G1 > store DB1 entry 0"}, {who: "U1", on: "U4", open: "none", admin: "allowed", basis: "service"}}},
	{"17 Receive-As and InheritedObjectType", func(o *forest) {
		o.Stores[0].List = listOf("D:(OA;;CR;Receive-As;user;{U1})(OA;CI;CR;Receive-As;group;{U2})(OA;;CR;Receive-As;;{U3})(OA;CI;CR;Send-As;;{U4})")
	}, []expected{{who: "U1", open: "allowed"}, {who: "U2", open: "none"}, {who: "U3", open: "none"}, {who: "U4", open: "none"}}},
	{"18 denies of the store come first", func(o *forest) {
		o.add("G1", "U1", "U2")
		o.Stores[0].List = listOf("D:(A;CI;0xf01ff;;;{U1})(OD;CIID;CR;Receive-As;;{G1})")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;{U2})")
	}, []expected{{who: "U1", open: "denied", admin: "allowed"}, {who: "U2", open: "allowed", via: "U2 > mailbox entry 1"}}},
	{"19 a protected mailbox list", func(o *forest) {
		o.add("G1", "U1")
		o.Stores[0].List = listOf("D:(OA;CI;CR;Receive-As;;{G1})")
		o.mailbox("M", "D:P(A;CI;0x20001;;;PS)")
	}, []expected{{who: "U1", open: "none"}}},
	{"20 a store of 2010", func(o *forest) {
		o.Stores[0].Server, o.Stores[0].List = "EX2", listOf("D:(OA;CI;CR;Receive-As;;{U1})")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;{U2})")
	}, []expected{{who: "U1", open: "possible"}, {who: "U2", open: "allowed"}}},
	{"21 administrator logon", func(o *forest) {
		o.add("OM", "U2")
		o.Stores[0].List = listOf("D:(OA;;CR;Store-Admin;;{U1})(OD;CI;CR;Receive-As;;{OM})(OA;CI;CR;Store-Admin;;{OM})(A;CI;0xf01ff;;;{OM})")
	}, []expected{{who: "U1", open: "none", admin: "allowed", basis: "service"}, {who: "U2", open: "denied", admin: "allowed"}}},
	{"22 send as", func(o *forest) {
		o.account("M").List = listOf("D:(A;;CR;;;{U1})(OA;;RPWP;Personal;;{U2})(OA;;CR;Receive-As;;{U2})(OA;CIIO;CR;Send-As;;{U3})(OA;;CR;Send-As;;PS)")
		o.mailbox("M", "D:(A;CI;0x20001;;;PS)(A;CI;0x1;;;{U4})")
	}, []expected{{who: "U1", sendAs: "allowed", open: "none", basis: "grant"}, {who: "U2", sendAs: "none"}, {who: "U3", sendAs: "none"},
		{who: "U4", open: "allowed", sendAs: "none"}, {who: "M", sendAs: "allowed", basis: "owner"}}},
	{"23 send on behalf", func(o *forest) {
		o.account("M").Delegates = []string{"D1", "G2", "G3"}
		o.account("G3").Recipient, o.account("U3").Primary = "other", o.account("G3").SID
		o.add("D2", "U1")
		o.add("D1", "D2")
		o.add("G2", "U2")
	}, []expected{{who: "U1", behalf: "allowed", basis: "grant", via: "U1 > D2 > D1 > "}, {who: "U2", behalf: "none"}, {who: "U3", behalf: "none"}}},
	{"24 roles", func(o *forest) {
		o.add("OM", "U4")
		o.mailbox("M", "D:(D;CI;0x1;;;WD)(A;CI;0x20001;;;PS)")
		o.account("M").OU = "Legal"
		o.mailbox("U4", "D:(D;CI;0x1;;;WD)(A;CI;0x20001;;;PS)")
		o.account("U4").OU = "Sales"
		o.Roles = []*role{{Name: "R1", Holds: true}, {Name: "R2"}, {Name: "R3", Holds: true}}
		o.Assignments = []*assignment{{Name: "A1", Role: "R1", Who: "U1", Write: 2}, {Name: "A2", Role: "R2", Who: "U2", Write: 2},
			{Name: "A3", Role: "R3", Who: "U3", Write: 6, Scope: "Sales"}, {Name: "A4", Role: "R1", Who: "OM", Delegating: true, Write: 2}}
	}, slices.Concat([]expected{{who: "M", open: "allowed", basis: "owner"},
		{who: "U1", open: "allowed", sendAs: "allowed", behalf: "none", admin: "none", basis: "role", via: "U1 > assignment A1 > role R1 > the whole organisation"},
		{who: "U3", on: "U4", open: "allowed", sendAs: "allowed", basis: "role", via: "U3 > assignment A3 > role R3 > below OU=Sales"},
	}, everyNone("U2", "U3", "U4"))},
	{"24 roles through groups, and not read", func(o *forest) {
		o.add("G1", "U1")
		o.add("G2", "G1")
		o.add("D1", "U2")
		o.Roles = []*role{{Name: "R1", Holds: true}, {Name: "R2", Hidden: true}}
		o.Assignments = []*assignment{{Name: "A1", Role: "R1", Who: "G2", Write: 2}, {Name: "A2", Role: "R1", Who: "D1", Write: 2}, {Name: "A3", Role: "R2", Who: "U3", Write: 2},
			{Name: "A4", Role: "R1", Who: gone, Write: 2}}
	}, slices.Concat([]expected{{who: "U1", open: "allowed", sendAs: "allowed", basis: "role", via: "U1 > G1 > G2 > assignment A1 > role R1"},
		{who: "U3", open: "unknown", sendAs: "unknown", behalf: "none", admin: "none"}}, everyNone("U2", "U4"))},
	{"24 nothing of roles read", func(o *forest) { o.NoRoles = true },
		[]expected{{who: "U1", open: "unknown", sendAs: "unknown", behalf: "none", admin: "none"}, {who: "M", open: "allowed", basis: "owner"}}},
	{"24 an exclusive scope", func(o *forest) {
		o.account("M").OU = "Sales"
		o.Roles = []*role{{Name: "R1", Holds: true}}
		o.Scopes = []*roleScope{{Name: "S1", Root: "Sales", Exclusive: true}, {Name: "S2", Filter: true}}
		o.Assignments = []*assignment{{Name: "A1", Role: "R1", Who: "U1", Write: 2}, {Name: "A2", Role: "R1", Who: "U2", Write: 13, Scope: "S1"},
			{Name: "A3", Role: "R1", Who: "U3", Write: 7, Scope: "S2"}}
	}, []expected{{who: "U1", open: "possible", sendAs: "possible", basis: "role"}, {who: "U2", open: "allowed", basis: "role"},
		{who: "U1", on: "U4", open: "allowed", basis: "role"}, {who: "U2", on: "U4", open: "none"}, {who: "U3", on: "U4", open: "possible", basis: "role"}}},
}

// everyNone expects nothing for some persons.
func everyNone(names ...string) (out []expected) {
	for _, name := range names {
		out = append(out, expected{who: name, open: "none", sendAs: "none", behalf: "none", admin: "none"})
	}
	return out
}

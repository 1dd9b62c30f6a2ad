package verdict_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model/verdict"
)

// The worked cases: small ones, each with its answer worked out by hand from the
// documents. Package verdict and the plain implementation both have to give it.

// workedCase is one of them: what is otherwise than in the usual organisation, and
// what comes of it.
type workedCase struct {
	name string
	set  func(*forest)
	want []expected
}

// expected is what a person gets on a mailbox, M's where none is named: answers
// by question in the order of the columns, "" for whatever; the basis, and how the
// path begins.
type expected struct {
	who, on                            string
	open, sendAs, behalf, admin, basis string
	via                                string
}

const usualMailbox = "D:(A;CI;0x20001;;;PS)"

// usual is the organisation of the cases where nothing else is said.
func usual() *forest {
	o := &forest{Domains: []*domain{{Name: "contoso", SID: homeSID}}, Exchange: map[string]string{"OM": homeSID + "-1101"},
		Servers: []*server{{Name: "EX1", Version: "2019"}, {Name: "EX2", Version: "2010"}},
		Stores:  []*store{{Name: "DB1", Server: "EX1"}, {Name: "DB2", Server: "EX1"}}}
	group := func(name string, rid int) *account {
		return &account{Name: name, Domain: "contoso", SID: fmt.Sprintf("%s-%d", homeSID, rid), Kind: "group", Scope: "global"}
	}
	o.Accounts = append(o.Accounts, group("DU", 513), group("OM", 1101), group("G1", 2001), group("G2", 2002), group("G3", 2003), group("D1", 2011), group("D2", 2012))
	for i, name := range []string{"M", "U1", "U2", "U3", "U4"} {
		o.Accounts = append(o.Accounts, &account{Name: name, Domain: "contoso", SID: fmt.Sprintf("%s-%d", homeSID, 1001+i), Kind: "user",
			Primary: homeSID + "-513", Recipient: "mailbox", Store: "DB1", Mailbox: listOf(usualMailbox)})
	}
	for _, name := range []string{"D1", "D2"} {
		o.account(name).Distribution, o.account(name).Recipient = true, "other"
	}
	return o
}

// sidsOfCases are the names in braces of the cases.
var sidsOfCases = strings.NewReplacer("{U1}", homeSID+"-1002", "{U2}", homeSID+"-1003", "{U3}", homeSID+"-1004", "{U4}", homeSID+"-1005",
	"{G1}", homeSID+"-2001", "{G2}", homeSID+"-2002", "{G3}", homeSID+"-2003", "{D1}", homeSID+"-2011", "{OM}", homeSID+"-1101",
	"{O1}", oldSID+"-1", "{O2}", oldSID+"-2", "{F1}", foreignSID+"-1",
	"Send-As", sendAsRight, "Receive-As", receiveAsRight, "Store-Admin", storeAdmin, "Personal", personal, ";user;", ";"+userClass+";", ";group;", ";"+groupClass+";")

// listOf reads a list as the cases spell it.
func listOf(text string) (l list) {
	p, err := sddl.Parse(sidsOfCases.Replace(text), acl.MustParseSID(homeSID))
	if err != nil {
		panic(text + ": " + err.Error())
	}
	l.Protected = p.Control&acl.DACLProtected != 0
	for _, a := range p.DACL {
		e := entry{Deny: a.Denies(), Condition: a.IsCallback(), Object: a.IsObject(), Mask: uint32(a.Mask), SID: a.Trustee().String()}
		if a.HasObjectType {
			e.Type = a.ObjectType.String()
		}
		if a.HasInheritedObjectType {
			e.Class = a.InheritedObjectType.String()
		}
		e.Flags = strings.NewReplacer("|", " ").Replace(a.Flags.String())
		l.Entries = append(l.Entries, e)
	}
	return l
}

// mailbox gives M, or another, a list.
func (o *forest) mailbox(name, text string) { o.account(name).Mailbox = listOf(text) }

// add puts members into a group.
func (o *forest) add(group string, members ...string) {
	o.account(group).Members = append(o.account(group).Members, members...)
}

func TestWorkedCases(t *testing.T) {
	for _, c := range workedCases {
		t.Run(c.name, func(t *testing.T) {
			o := usual()
			c.set(o)
			s := o.snapshot()
			b := verdict.Of(s)
			names, vias := o.namesOf(s), map[pair]string{}
			if err := b.Lines(context.Background(), verdict.Query{Expand: true}, func(l *verdict.Line) bool {
				if why := l.Why().String(); why == "" || strings.HasSuffix(why, "; ") {
					t.Errorf("why is %q", why)
				}
				vias[pair{textOf(s.SIDOf(l.Trustee.SID())), names[l.Mailbox]}] = l.Via().String()
				return true
			}); err != nil {
				t.Fatal(err)
			}
			got, err := o.expanded(b, s, verdict.Query{})
			if err != nil {
				t.Fatal(err)
			}
			plain := o.byHand("mailbox")
			for _, w := range c.want {
				if w.on == "" {
					w.on = "M"
				}
				p := pair{sidsOfCases.Replace("{" + w.who + "}"), w.on}
				if a := o.account(w.who); a != nil {
					p.Person = a.SID
				}
				w.check(t, "verdict", got[p])
				w.check(t, "plain", plain[p])
				if !strings.HasPrefix(vias[p], w.via) {
					t.Errorf("%s on %s: via %q, want %q", w.who, w.on, vias[p], w.via)
				}
			}
		})
	}
}

// check compares what a case names.
func (w *expected) check(t *testing.T, by string, got [4]outcome) {
	t.Helper()
	for q, want := range []string{w.open, w.sendAs, w.behalf, w.admin} {
		if want != "" && got[q].Answer.String() != want {
			t.Errorf("%s: %s on %s: question %d is %v, want %s", by, w.who, w.on, q, got[q].Answer, want)
		}
	}
	if b := lineBasis(got).String(); w.basis != "" && b != w.basis {
		t.Errorf("%s: %s on %s: basis %q, want %q", by, w.who, w.on, b, w.basis)
	}
}

package ui

import (
	"strings"
	"testing"

	"mbxperm/model/verdict"
)

// chooseACE chooses an ACE type by its name, as the drop-down does.
func (d *driver) chooseACE(a *app, name string) {
	d.T.Helper()
	d.On(func() {
		for i, t := range a.here.typ.ACEs {
			if t.Name == name {
				a.chooseACE(i)
				a.head.set(a.here.typ, i)
				return
			}
		}
		d.T.Errorf("no ACE type %q", name)
	})
	d.idle(a)
}

// TestVerdictsOnScreen: who gets into a mailbox, why, from the person back to it,
// and what cannot be told of a group.
func TestVerdictsOnScreen(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.find("zoe.mueller")
	d.Press("Enter")
	d.chooseACE(a, "Effective")
	d.WantScreen("who gets in, as far as LDAP shows")
	row := -1
	d.On(func() {
		for i := range a.right.result.Len() {
			r := a.right.result.Row(i)
			if r.Trustee.Name == "svc-backup" && r.Question == verdict.CanOpen {
				row = i
				if r.Status != "Allowed" || r.Basis != "grant" || !strings.HasPrefix(r.Via, "svc-backup > mailbox entry ") {
					t.Errorf("svc-backup: %s, %s by %s", r.Status, r.Basis, r.Via)
				}
			}
		}
		a.right.Choose(row)
	})
	if row < 0 {
		t.Fatal("svc-backup does not get in")
	}
	d.Press("v")
	d.WantScreen("svc-backup")
	d.WantScreen("> mailbox entry")
	d.WantScreen("role assignments and all")
	d.Press("Esc", "Enter")
	d.idle(a)
	d.WantScreen("gets into, as far as LDAP shows")
	d.On(func() {
		if q := a.right.result.Query; !q.Verdicts() || q.ACEs.Direction() != "reverse" {
			t.Errorf("Enter goes to %s", q.ACEs.Name)
		}
	})
	d.Press("Backspace")
	d.idle(a)
	d.On(func() {
		if at, _ := a.right.Selected(); at != row {
			t.Errorf("Backspace comes back to row %d, want %d", at, row)
		}
	})
	d.Press(":")
	d.TypeText("Helpdesk")
	d.Press("Enter")
	d.idle(a)
	d.chooseACE(a, "Reverse-Effective")
	d.WantScreen("Helpdesk is nobody who logs on")
}

// TestVerdictRowsAreTotals: + takes apart what stands for many, and the answers of
// each person stay what they are.
func TestVerdictRowsAreTotals(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.find("zoe.mueller")
	d.Press("Enter")
	d.chooseACE(a, "Effective")
	answers := func() map[string]string {
		out := map[string]string{}
		d.On(func() {
			for i := range a.right.result.Len() {
				if r := a.right.result.Row(i); r.Verdict.Single {
					out[r.Trustee.SID.String()+r.ACLType] = r.Status
				}
			}
		})
		return out
	}
	few := answers()
	d.Press("*")
	d.idle(a)
	all := answers()
	if len(all) <= len(few) {
		t.Errorf("%d answers drawn together, %d apart", len(few), len(all))
	}
	for who, status := range few {
		if all[who] != status {
			t.Errorf("%s: %s drawn together, %s apart", who, status, all[who])
		}
	}
	d.On(func() {
		for i := range a.right.result.Len() {
			if r := a.right.result.Row(i); !r.Verdict.Single {
				t.Errorf("%s still stands for many", r.Trustee.Name)
			}
		}
	})
}

// TestVerdictsReadAgain: F5 comes back to the verdict that was chosen, drawn
// together or not, also to one that stands for many mailboxes.
func TestVerdictsReadAgain(t *testing.T) {
	d, a := driveDays(t, 120, 32, "", "demo:60:1", "demo:60:1", "demo:60:1:60")
	d.find("zoe.mueller")
	d.Press("Enter")
	d.chooseACE(a, "Effective")
	for _, read := range []struct{ who, says string }{
		{"svc-backup", "nothing changed since "},
		{"Domain Admins", "changes since "},
	} {
		row := -1
		named := func() int {
			for i := range a.right.result.Len() {
				if a.right.result.Row(i).Trustee.Name == read.who {
					return i
				}
			}
			return -1
		}
		d.On(func() {
			row = named()
			a.right.Choose(row)
		})
		if row < 0 {
			t.Fatalf("no row of %s", read.who)
		}
		d.Press("F5")
		d.WantScreen(read.says)
		d.idle(a)
		d.On(func() {
			if at, ok := a.right.Selected(); !ok || at != named() {
				t.Errorf("F5 comes back to row %d (%v), want %d of %s", at, ok, named(), read.who)
			}
		})
	}
}

// TestFilteredVerdictsAreNoAnswer: a filter that nothing matches does not say that
// nobody gets in, and K says what its command prints instead.
func TestFilteredVerdictsAreNoAnswer(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.find("zoe.mueller")
	d.Press("Enter")
	d.chooseACE(a, "Effective")
	d.Press("/")
	d.TypeText("nowhere-at-all")
	d.Press("Enter")
	d.idle(a)
	d.WantScreen("no verdict holds the filter", "0 rows")
	d.WantGone("nobody gets in")
	d.Press("K")
	d.WantScreen("report access", "--target", "prints every line, whatever the filter here")
	d.WantGone("--object recipient")
	d.Press("Esc", "Esc")
	d.chooseACE(a, "Reverse-Effective")
	d.Press("K")
	d.WantScreen("--trustee", "--object recipient", "about groups, contacts and mail users")
	d.WantGone("whatever the filter here")
}

package model

import (
	"time"

	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Habit is what an account says of its use: when somebody logged on with it last, and
// where its mail is sent on to. A second one adds to the first.
type Habit struct {
	LastLogon time.Time // lastLogonTimestamp: up to 14 days old ([MS-ADA1] 2.351); zero where it did not come
	Forward   string    // DN: altRecipient
	Address   string    // msExchGenericForwardingAddress
	Keeps     bool      // deliverAndRedirect: the mailbox gets the mail too
}

// IsZero reports whether it says nothing.
func (h *Habit) IsZero() bool { return *h == Habit{} }

// Forward is where the mail of a mailbox is sent on to: to an object of the directory,
// to an address, or both.
type Forward struct {
	Obj     ObjectID
	To      pool.DN // 0 where it is none
	Address string  // as it is stored: smtp:name@domain
	Keeps   bool
}

// habits is the part of a Writer that keeps them: a day for each account, and the few
// mailboxes whose mail is sent on.
type habits struct {
	days     table.Table[uint16] // by ObjectID: days since 1970 of the last logon; 0 is not known
	forwards table.Table[forward]
}

type forward struct {
	obj     ObjectID
	to      pool.DN
	address table.TextID
	keeps   bool
}

const day = 24 * time.Hour

func (h *habits) add(p *pool.Pool, id ObjectID, in *Habit) {
	if n := in.LastLogon.Unix() / int64(day/time.Second); !in.LastLogon.IsZero() && n > 0 && n < 1<<16 {
		h.days.Grow(uint32(id) + 1)
		if at := h.days.At(uint32(id)); uint16(n) > *at {
			*h.days.Edit(uint32(id)) = uint16(n)
		}
	}
	if in.Forward == "" && in.Address == "" {
		return
	}
	f := forward{obj: id, keeps: in.Keeps}
	if in.Forward != "" {
		f.to = p.DN(in.Forward)
	}
	if in.Address != "" {
		f.address = p.Texts.Add(in.Address)
	}
	h.forwards.Add(f)
}

// habitViews are what a Snapshot has of them.
type habitViews struct {
	days     table.View[uint16]
	forwards table.View[forward]
}

func (h *habits) publish() habitViews { return habitViews{h.days.Publish(), h.forwards.Publish()} }

// LastLogon returns the day on which somebody logged on with an account last, as far as
// a directory tells: up to 14 days before he did. Zero where it is not known.
func (s *Snapshot) LastLogon(id ObjectID) time.Time {
	if uint32(id) >= s.habits.days.Len() || *s.habits.days.At(uint32(id)) == 0 {
		return time.Time{}
	}
	return time.Unix(0, 0).UTC().Add(time.Duration(*s.habits.days.At(uint32(id))) * day)
}

// Forwards returns where mail is sent on to, each thing that was said of a mailbox once,
// in the order in which it came.
func (s *Snapshot) Forwards() []Forward { return forwardsOf.Of(s) }

var forwardsOf = Derive(func(s *Snapshot) (out []Forward) {
	seen := map[Forward]bool{}
	for i := range s.habits.forwards.Len() {
		f := s.habits.forwards.At(i)
		x := Forward{Obj: f.obj, To: f.to, Address: s.Texts.Text(f.address), Keeps: f.keeps}
		if !seen[x] {
			seen[x] = true
			out = append(out, x)
		}
	}
	return out
}).Outlives(Memberships | Lists)

package model

import (
	"hash/maphash"
	"strings"

	"mbxperm/model/internal/pool"
)

// logBook is what a [Writer] has of protocol logs.
type logBook struct {
	logs        book[Log]
	connections book[Connection]
	relays      book[Relay]
	addresses   []Address
}

// Address is a name that one can log on with beside the sAMAccountName: a
// userPrincipalName or a proxy address, by its hash. They are kept where there
// are logs, which alone ask for them.
type Address struct {
	Hash uint64 // see [AddressHash]
	DN   pool.DN
}

// addressSeed makes hashes that nobody can foresee. They are in no file.
var addressSeed = maphash.MakeSeed()

// AddressHash is the hash of an address, without regard to case.
func AddressHash(text string) uint64 { return maphash.String(addressSeed, strings.ToLower(text)) }

// Address takes an address of an object.
func (w *Writer) Address(dn, text string) {
	if n := w.Number(dn); n != 0 {
		w.logs.addresses = append(w.logs.addresses, Address{AddressHash(text), pool.DN(n)})
	}
}

// book is a list of what has a name, each once: what comes again replaces it.
type book[T any] struct {
	list   []*T              // a longer list of pointers is soon copied
	byName map[uint64]uint32 // by a hash: a log can have some hundred thousand of them
	shown  int               // so many are published and must not change in place
}

func (b *book[T]) put(value T, name ...string) {
	key := AddressHash(strings.Join(name, "\x00"))
	if i, ok := b.byName[key]; ok {
		if int(i) < b.shown {
			b.list, b.shown = append([]*T(nil), b.list...), 0
		}
		b.list[i] = &value
		return
	}
	if b.byName == nil {
		b.byName = map[uint64]uint32{}
	}
	b.byName[key] = uint32(len(b.list))
	b.list = append(b.list, &value)
}

// publish returns what there is now. What is added later does not show in it.
func (b *book[T]) publish() []*T {
	b.shown = len(b.list)
	return b.list[:len(b.list):len(b.list)]
}

// Log takes what was read of a log.
func (w *Writer) Log(l Log) { w.logs.logs.put(l, l.Server, l.Protocol, l.Side) }

// Connection takes what a client did with an account.
func (w *Writer) Connection(c Connection) {
	w.logs.connections.put(c, c.Server, c.Protocol, c.Side, c.Client, c.User, c.Mailbox)
}

// Relay takes what a client did at a connector.
func (w *Writer) Relay(r Relay) { w.logs.relays.put(r, r.Server, r.Side, r.Connector, r.Client) }

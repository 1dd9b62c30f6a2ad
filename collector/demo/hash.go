package demo

import (
	"encoding/binary"

	"mbxperm/acl"
)

// stream keeps draws for different questions apart: the same index gives
// independent numbers in each.
type stream uint64

// What is drawn. Never re-order: the numbers are part of what a seed means.
const (
	streamKind stream = iota + 1
	streamPlace
	streamMailboxSD
	streamAccountSD
	streamState
	streamFeature
	streamDelegates
	streamStore
	streamMembers
	streamDay
	streamDayKind
	streamGUIDAccount
	streamGUIDMailbox
	streamGUIDGroup
	streamGUIDComputer
	streamGUIDContact
	streamGUIDNode
	streamGUIDForeign
	streamGUIDConfig
	streamLists
	streamLogs
	streamAccess
	streamAutomap
	streamHabit
	streamStamp
)

// mix is the finaliser of SplitMix64: every bit of the result depends on every
// bit of the input, and it costs two multiplications.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// draw returns the number that belongs to index i of a stream.
func (w *world) draw(s stream, i int) uint64 { return w.drawWide(s, uint64(i)) }

// drawWide is draw for an index put together from several: an int may have 32
// bits, and the same spec gives the same bytes there too.
func (w *world) drawWide(s stream, i uint64) uint64 {
	return mix(mix(w.seed+uint64(s)*0x9e3779b97f4a7c15) + i*0x9e3779b97f4a7c15)
}

// dice is a source of small numbers for one object: each call of roll gives the
// next one.
type dice uint64

// roll returns a number from 0 to n-1.
func (d *dice) roll(n int) int {
	*d += 0x9e3779b97f4a7c15
	return int(mix(uint64(*d)) >> 33 % uint64(n))
}

// guid returns the objectGUID of index i: random bits in the form of version 4
// (RFC 9562 5.4), the same on every day.
func (w *world) guid(s stream, i uint64) acl.GUID {
	var g acl.GUID
	x := w.drawWide(s, i)
	binary.LittleEndian.PutUint64(g[:], x)
	binary.LittleEndian.PutUint64(g[8:], mix(x+1))
	g[7] = g[7]&0x0f | 0x40 // the third field is little-endian, so its upper nibble is in byte 7
	g[8] = g[8]&0x3f | 0x80
	return g
}

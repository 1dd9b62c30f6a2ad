// Package dn reads distinguished names as text (RFC 4514): where a name is cut,
// what an escape stands for, and in which order names are compared.
//
// It knows neither directory nor Exchange and keeps nothing. All functions may
// be called by any number of goroutines. What is added here must hold for every
// string that a directory, a file or a hostile server can send: no function
// panics, and none looks further than [Longest] bytes ahead.
package dn

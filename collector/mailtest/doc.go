// Package mailtest has mail servers for tests: a [Fake] that does as it should
// but for what a test says otherwise, and, where Debian's packages are there, the
// real ones: Postfix, Exim and Dovecot, on loopback and in folders of the test.
package mailtest

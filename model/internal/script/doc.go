// Package script builds small forests for tests: a domain with three mailboxes,
// a service account, two groups and two stores, which a test changes at will
// and publishes as snapshots. It also reads descriptors in a second, plain way.
// Only tests import it.
package script

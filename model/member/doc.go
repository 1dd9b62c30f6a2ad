// Package member knows who is in which group: whose token holds what, and who
// gets what a group is given. All of it is one relation, read from the values
// of member and the primary groups of a snapshot.
//
// Only security-enabled groups are in a token ([MS-ADTS] 2.2.12); Send on
// Behalf goes by membership and counts distribution groups too. Circles end. A
// question about groups is asked here and nowhere else.
package member

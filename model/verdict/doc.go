// Package verdict answers who can get into a mailbox, and why: for a person and
// a mailbox whether he can open it by a client logon and by an administrator's,
// send as it and send on behalf of it, with denies, groups, the store, the
// server and the rights that others imply all counted.
//
// Each of the four questions is asked of lists ([list]): the entries that speak
// of the right, in the order in which Exchange's store goes through them. Whose
// token an entry holds for comes from package member. An answer is *unknown* only
// where something that was not read could change it, *possible* where something
// decides that a directory does not tell, *denied* where a deny beat an allow.
//
// Three ways of asking, one evaluation: a list is worked out from below, for all
// whom its entries name ([list.run]), and for one person from his token; both
// come to [list.weigh]. What is added here must keep that: a way of asking that
// judges by itself will differ some day.
//
// The order of evaluation and what counts as what are facts of Exchange 2013
// ([E13] in the facts that the project keeps), taken to hold for later releases;
// of earlier ones the directory holds a copy only, and an answer says so.
package verdict

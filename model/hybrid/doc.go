// Package hybrid answers what an organisation asks that moves to Exchange Online:
// which grants cross the border between here and there and what becomes of them
// ([Crossings]), which mailboxes there cannot be given rights ([NotACLable]), and
// which mailboxes here should move together ([Batches], [Neighbours]).
//
// All of it comes from the directory of the organisation alone, so that what
// stands in Exchange Online is never seen: where that decides, an answer is
// unknown. Who is let in by an entry is for package verdict to say, who is in a
// group for package member.
//
// The rules of the border are documented for hybrid deployments (learn.microsoft.com,
// "Configure Exchange to support delegated mailbox permissions in a hybrid
// deployment" and "Permissions in Exchange hybrid deployments"), and described by
// practical365.com, "Configuring Exchange Hybrid cross-forest permissions", and
// c7solutions.com, 2018-03. No lab with Exchange Online has confirmed them for this
// program.
package hybrid

// Package opengraph says what is handed to BloodHound: mailboxes, stores and
// containers as nodes, and the rights on them as edges between these and the
// accounts that BloodHound knows. It makes both one after another, from what the
// other rooms answer; how they are written is for package report to say.
//
// The form is that of BloodHound OpenGraph (bloodhound.specterops.io/opengraph: the
// JSON schemas of nodes, edges, metadata and of the definition of an extension, as
// of BloodHound 9.6): a structured graph, whose kinds begin with MBX_. Accounts are
// BloodHound's own nodes, found by their SIDs; well-known ones by DOMAIN.FQDN-SID,
// as SharpHound names them. All ids are in capitals and none has a colon.
//
// An edge that leads on is one that the verdict does not take away: an allow that
// an earlier deny beats is MBX_Overruled. A deny for somebody on the way, who has
// the right by a group or a store too, cannot be said in a graph: it stands beside,
// as MBX_Denied.
package opengraph

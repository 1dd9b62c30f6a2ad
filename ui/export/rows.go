package export

// The rows of the tables. The tags are the tables' documentation: see table.

type runRow struct {
	RunID         string `parquet:"run_id,dict" is:"word" about:"names the run; every table has it"`
	SnapshotAt    int64  `parquet:"snapshot_at,timestamp(microsecond)" about:"when the directory was read, by its own clock; where that is not known, by that of this program"`
	EndedAt       *int64 `parquet:"ended_at,optional,timestamp(microsecond)" about:"when the reading ended; null where it was read from a file"`
	Source        string `parquet:"source,dict" is:"word" about:"what was read, as it was named"`
	Server        string `parquet:"server,optional,dict" is:"host" about:"DNS name of the directory server"`
	BoundAccount  string `parquet:"bound_account,optional,dict" is:"account" about:"the account that read; what it cannot see is in no table"`
	Complete      bool   `parquet:"complete" about:"whether everything that was asked for was read to its end"`
	Reason        string `parquet:"reason,optional" is:"sentence" about:"why not"`
	Forest        string `parquet:"forest,optional,dict" is:"host" about:"DNS name of the forest's root domain"`
	Exchange      string `parquet:"exchange,optional,dict" is:"word" about:"the releases of Exchange that were found"`
	ToolVersion   string `parquet:"tool_version,dict" is:"word" about:"version of this program"`
	SchemaVersion int32  `parquet:"schema_version" about:"version of these tables"`
	USN           *int64 `parquet:"usn,optional" about:"highestCommittedUSN of the server; null where it did not say"`
}

type targetRow struct {
	RunID        string `parquet:"run_id,dict" is:"word" about:"the run"`
	TargetGUID   string `parquet:"target_guid,optional" is:"guid" about:"objectGUID; null where it was not read"`
	ObjectType   string `parquet:"object_type,dict" is:"word" about:"mailbox, recipient, store, container, admin or connector"`
	TargetName   string `parquet:"target_name" is:"target" about:"sAMAccountName, else cn"`
	TargetDomain string `parquet:"target_domain,optional,dict" is:"name" about:"NetBIOS name of its domain"`
	TargetDN     string `parquet:"target_dn" is:"dn" about:"distinguished name"`
	TargetSID    string `parquet:"target_sid,optional" is:"sid" about:"its SID; null for what has none"`
	TargetType   string `parquet:"target_type,optional,dict" is:"word" about:"recipient type, or what sort of store or container"`
	TargetState  string `parquet:"target_state,optional,dict" is:"word" about:"enabled or disabled; null where it is no account"`
	Premises     string `parquet:"premises,optional,dict" is:"word" about:"where its mailbox is: onprem, remote, unknown; null for what has none"`
	StoreGUID    string `parquet:"store_guid,optional,dict" is:"guid" about:"of a mailbox: objectGUID of its store"`
	StoreName    string `parquet:"store_name,optional,dict" is:"name" about:"of a mailbox: its store; of a store: itself"`
	ServerName   string `parquet:"server_name,optional,dict" is:"name" about:"of a mailbox or store: its server"`
	Exchange     string `parquet:"exchange,optional,dict" is:"word" about:"of a mailbox: release of its server, or unknown"`
	Authority    string `parquet:"authority,optional,dict" is:"word" about:"of a mailbox: directory, copy (the store decides) or unknown"`
	PrimarySMTP  string `parquet:"primary_smtp,optional" is:"account" about:"primary SMTP address of a recipient, or unknown"`
	UPN          string `parquet:"upn,optional" is:"account" about:"userPrincipalName of an account, or unknown"`
	ACLRead      string `parquet:"acl_read,optional,dict" is:"word" about:"of a mailbox, whether its mailbox rights came: read, absent, unknown or undecodable"`
	SendAsRead   string `parquet:"sendas_read,dict" is:"word" about:"whether the ACL of the object itself came (of a recipient Send-As stands there): read, unreadable, unknown or undecodable"`
	OnBehalfRead string `parquet:"onbehalf_read,optional,dict" is:"word" about:"of a recipient, whether publicDelegates came: read, absent, unreadable or unknown"`
}

type trusteeRow struct {
	RunID         string `parquet:"run_id,dict" is:"word" about:"the run"`
	TrusteeSID    string `parquet:"trustee_sid" is:"sid" about:"the SID"`
	TrusteeName   string `parquet:"trustee_name" is:"trustee" about:"sAMAccountName, else the well-known name or the SID"`
	TrusteeDomain string `parquet:"trustee_domain,optional,dict" is:"name" about:"NetBIOS name of its domain"`
	TrusteeGUID   string `parquet:"trustee_guid,optional" is:"guid" about:"objectGUID of who holds the SID"`
	TrusteeKind   string `parquet:"trustee_kind,dict" is:"word" about:"mailbox, other-recipient, user, group, computer, service, foreign, well-known, deleted, orphan, unresolved or policy"`
	TrusteeState  string `parquet:"trustee_state,optional,dict" is:"word" about:"enabled, disabled, deleted or former SID"`
	TrusteeLabel  string `parquet:"trustee_label,optional,dict" is:"word" about:"where the name comes from, where it is not that of the account that holds the SID"`
	Premises      string `parquet:"premises,optional,dict" is:"word" about:"of a recipient: onprem, remote, unknown; null for others"`
	PrimarySMTP   string `parquet:"primary_smtp,optional" is:"account" about:"primary SMTP address of a recipient, or unknown"`
	UPN           string `parquet:"upn,optional" is:"account" about:"userPrincipalName of an account, or unknown"`
	LastLogonAt   *int64 `parquet:"last_logon_at,optional,timestamp(microsecond)" about:"the day of the last logon (lastLogonTimestamp), which may be 14 days later; null where it did not come"`
}

type entryRow struct {
	RunID               string `parquet:"run_id,dict" is:"word" about:"the run"`
	TargetGUID          string `parquet:"target_guid,optional,dict" is:"guid" about:"objectGUID of what the entry stands on"`
	TargetName          string `parquet:"target_name,dict" is:"target" about:"its name"`
	ObjectType          string `parquet:"object_type,dict" is:"word" about:"mailbox, recipient, store, container, admin or connector"`
	StoreName           string `parquet:"store_name,optional,dict" is:"name" about:"of a mailbox: its store"`
	ACLType             string `parquet:"acl_type,dict" is:"word" about:"the list: MailboxRight, SendAs-ReceiveAs, SendOnBehalf, StoreRight, DelegatedAdmin and others"`
	ACEIndex            int32  `parquet:"ace_index" about:"place of the entry in its list, from 0"`
	TrusteeSID          string `parquet:"trustee_sid,optional,dict" is:"sid" about:"whom it names; null for who has no SID"`
	TrusteeName         string `parquet:"trustee_name,dict" is:"trustee" about:"his name"`
	TrusteeKind         string `parquet:"trustee_kind,dict" is:"word" about:"what he is: see trustee"`
	RightName           string `parquet:"right_name,dict" is:"right" about:"one right of the entry: an entry has a row for each"`
	Status              string `parquet:"status,optional,dict" is:"status" about:"Allow or Deny; null for an entry that is neither"`
	Inherited           bool   `parquet:"inherited" about:"whether the entry is marked as inherited"`
	Stale               bool   `parquet:"stale" about:"whether it is an inherited entry inside a mailbox ACL, a stale copy"`
	ImpliedBy           string `parquet:"implied_by,optional,dict" is:"word" about:"full-control or all-extended-rights, where the right follows from that"`
	AppliesHere         bool   `parquet:"applies_here" about:"whether it counts for the target itself"`
	AppliesTo           string `parquet:"applies_to,optional,dict" is:"right" about:"in words where it counts"`
	Conditional         bool   `parquet:"conditional" about:"whether it has a condition, which the directory does not evaluate"`
	Overruled           bool   `parquet:"overruled" about:"a deny that an earlier allow for the same trustee beats"`
	HiddenBy            string `parquet:"hidden_by,optional,dict" is:"word" about:"why the screen hides it by default: stale, inherited, self/system, default or implied; null for what it shows"`
	ACEType             string `parquet:"ace_type,optional,dict" is:"word" about:"type of the ACE; null for a value of a link"`
	ACEFlags            string `parquet:"ace_flags,optional,dict" is:"word" about:"flags of the ACE"`
	Mask                *int64 `parquet:"mask,optional,dict" about:"access mask of the whole ACE; null for a value of a link"`
	ObjectGUID          string `parquet:"object_guid,optional,dict" is:"word" about:"object type of the ACE"`
	InheritedObjectGUID string `parquet:"inherited_object_guid,optional,dict" is:"word" about:"inherited object type of the ACE"`
	OriginDN            string `parquet:"origin_dn,optional,dict" is:"dn" about:"of an inherited entry, where it is set, or origin not read"`
	Authority           string `parquet:"authority,optional,dict" is:"word" about:"directory, copy (the store decides) or unknown"`
}

type membershipRow struct {
	RunID      string   `parquet:"run_id,dict" is:"word" about:"the run"`
	GroupSID   string   `parquet:"group_sid,optional,dict" is:"sid" about:"the group; null where it has no SID"`
	MemberSID  string   `parquet:"member_sid,optional,dict" is:"sid" about:"who is in it; null for who has no SID; unknown where some of those in it were not read"`
	Direct     bool     `parquet:"direct" about:"whether he is a member himself"`
	Depth      int32    `parquet:"depth" about:"1 for a member, 2 for a member of a group in it, and so on; the least there is"`
	Path       []string `parquet:"path,list" is:"name" about:"names of the groups between, from the member up"`
	GroupName  string   `parquet:"group_name,dict" is:"name" about:"name of the group"`
	MemberName string   `parquet:"member_name,optional,dict" is:"name" about:"name of the member"`
}

type accessRow struct {
	RunID           string `parquet:"run_id,dict" is:"word" about:"the run"`
	MailboxGUID     string `parquet:"mailbox_guid,optional,dict" is:"guid" about:"the mailbox; null for what counts on many mailboxes alike"`
	PersonSID       string `parquet:"person_sid,optional,dict" is:"sid" about:"the person, or a group that stands for all of its members; null for everybody who has no other row"`
	CanOpen         string `parquet:"can_open,dict" is:"word" about:"allowed, denied, none, possible or unknown"`
	CanOpenAdmin    string `parquet:"can_open_admin,dict" is:"word" about:"the same by administrator logon"`
	CanSendAs       string `parquet:"can_send_as,dict" is:"word" about:"the same of sending as the mailbox"`
	CanSendOnBehalf string `parquet:"can_send_on_behalf,dict" is:"word" about:"the same of sending on its behalf"`
	Basis           string `parquet:"basis,optional,dict" is:"word" about:"owner, grant, default, service or role"`
	ViaSID          string `parquet:"via_sid,optional,dict" is:"sid" about:"whom the deciding entry names"`
	Via             string `parquet:"via,optional,dict" is:"word" about:"the way there: person, groups, entry"`
	Why             string `parquet:"why,optional,dict" is:"word" about:"in a sentence for each answer what it rests on"`
	Complete        bool   `parquet:"complete" about:"false where an answer is unknown"`
	MailboxName     string `parquet:"mailbox_name,dict" is:"target" about:"name of the mailbox; * for many"`
	PersonName      string `parquet:"person_name,dict" is:"trustee" about:"name of the person or group; * for everybody else"`
	PersonState     string `parquet:"person_state,optional,dict" is:"word" about:"enabled or disabled"`
}

type tieRow struct {
	RunID       string `parquet:"run_id,dict" is:"word" about:"the run"`
	MailboxGUID string `parquet:"mailbox_guid,optional,dict" is:"guid" about:"a mailbox here"`
	TiedGUID    string `parquet:"tied_guid,optional,dict" is:"guid" about:"another one here, which it should not move without"`
	MailboxName string `parquet:"mailbox_name,dict" is:"target" about:"name of the first"`
	TiedName    string `parquet:"tied_name,dict" is:"target" about:"name of the second"`
	MailboxDN   string `parquet:"mailbox_dn,dict" is:"dn" about:"distinguished name of the first"`
	TiedDN      string `parquet:"tied_dn,dict" is:"dn" about:"distinguished name of the second"`
}

type coverageRow struct {
	RunID       string `parquet:"run_id,dict" is:"word" about:"the run"`
	ObjectType  string `parquet:"object_type,dict" is:"word" about:"what was read"`
	Found       int64  `parquet:"found" about:"how many were found; the sum of the next five"`
	Decoded     int64  `parquet:"decoded" about:"how many have a value that was decoded"`
	Absent      int64  `parquet:"absent" about:"how many are shown to have none"`
	Unreadable  int64  `parquet:"unreadable" about:"how many must have one that did not come"`
	Unknown     int64  `parquet:"unknown" about:"of how many it cannot be told whether they have one"`
	Undecodable int64  `parquet:"undecodable" about:"how many have one that is damaged"`
	Complete    bool   `parquet:"complete" about:"whether the searches were read to their end"`
	Reason      string `parquet:"reason,optional" is:"sentence" about:"why not"`
}

type changeRow struct {
	RunID         string `parquet:"run_id,dict" is:"word" about:"the run, which is compared with an earlier source"`
	Change        string `parquet:"change,dict" is:"word" about:"added, removed, changed or not-comparable"`
	Kind          string `parquet:"kind,dict" is:"word" about:"what changed: ace, order, acl, delegate, membership, account and others"`
	TargetName    string `parquet:"target_name,optional" is:"target" about:"on what"`
	TargetGUID    string `parquet:"target_guid,optional" is:"guid" about:"its objectGUID"`
	TrusteeName   string `parquet:"trustee_name,optional,dict" is:"trustee" about:"for whom"`
	TrusteeSID    string `parquet:"trustee_sid,optional,dict" is:"sid" about:"his SID"`
	RightName     string `parquet:"right_name,optional,dict" is:"right" about:"the right, or the part that changed"`
	Status        string `parquet:"status,optional,dict" is:"status" about:"Allow or Deny"`
	Old           string `parquet:"old,optional" is:"word" about:"what was"`
	New           string `parquet:"new,optional" is:"word" about:"what is"`
	Reach         int64  `parquet:"reach" about:"how many targets carry an inherited copy, or how many mailboxes the store holds"`
	Inherited     bool   `parquet:"inherited" about:"whether the entry is inherited"`
	ObjectType    string `parquet:"object_type,optional,dict" is:"word" about:"object type of the target"`
	ACLType       string `parquet:"acl_type,optional,dict" is:"word" about:"list of the entry"`
	TargetDomain  string `parquet:"target_domain,optional,dict" is:"name" about:"domain of the target"`
	TargetDN      string `parquet:"target_dn,optional" is:"dn" about:"distinguished name of the target"`
	TargetType    string `parquet:"target_type,optional,dict" is:"word" about:"type of the target"`
	TrusteeDomain string `parquet:"trustee_domain,optional,dict" is:"name" about:"domain of the trustee"`
	TrusteeDN     string `parquet:"trustee_dn,optional,dict" is:"dn" about:"distinguished name of the trustee"`
	TrusteeKind   string `parquet:"trustee_kind,optional,dict" is:"word" about:"kind of the trustee"`
}

type findingRow struct {
	RunID       string `parquet:"run_id,dict" is:"word" about:"the run"`
	Severity    string `parquet:"severity,dict" is:"word" about:"critical, high, medium, low or info"`
	Rule        string `parquet:"rule,dict" is:"word" about:"the rule: mbxperm report findings --explain RULE"`
	TargetName  string `parquet:"target_name,optional" is:"target" about:"on what; null where it is about none"`
	TargetDN    string `parquet:"target_dn,optional" is:"dn" about:"distinguished name of the target"`
	TrusteeName string `parquet:"trustee_name,optional" is:"trustee" about:"for whom; null where it is about nobody"`
	TrusteeSID  string `parquet:"trustee_sid,optional" is:"sid" about:"his SID"`
	Count       int64  `parquet:"count" about:"how many mailboxes it concerns, or what else the rule counts"`
	Detail      string `parquet:"detail,optional" is:"word" about:"what was found"`
	Remedy      string `parquet:"remedy,optional,dict" is:"word" about:"what to do about it"`
	Since       *int64 `parquet:"since,optional,timestamp(microsecond)" about:"when it came; null where that is not known"`
	TargetGUID  string `parquet:"target_guid,optional" is:"guid" about:"objectGUID of the target"`
}

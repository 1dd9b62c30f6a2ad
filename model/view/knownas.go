package view

import (
	"strconv"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// known are the names under which people know an account or a recipient; none where
// the object is 0.
type known struct {
	s  *model.Snapshot
	id model.ObjectID
}

func displayName(k known) string {
	if k.id == 0 {
		return ""
	}
	return string(k.s.DisplayOf(k.s.Record(k.id)))
}

func upn(k known) string {
	if k.id == 0 {
		return ""
	}
	name, _ := k.s.MailNames(k.id)
	return name
}

// mail is the primary SMTP address.
func mail(k known) string {
	if k.id == 0 {
		return ""
	}
	_, address := k.s.MailNames(k.id)
	return address
}

// names are all of them, for a filter.
func (k known) names() []string { return []string{displayName(k), upn(k), mail(k)} }

// known is the account of a line.
func (l *Line) known() known { return known{l.snapshot, l.account} }

// targetKnown and trusteeKnown are the ends of a row.
func (r *Row) targetKnown() known { return known{r.snapshot, r.at} }

func (r *Row) trusteeKnown() known {
	if r.snapshot == nil || r.who == 0 {
		return known{}
	}
	return known{r.snapshot, r.snapshot.TrusteeRecordID(r.who)}
}

// names are those of both ends.
func (r *Row) names() []string { return append(r.targetKnown().names(), r.trusteeKnown().names()...) }

// knownAs are the columns that tell under which other names people know the account
// of a line, and where it is.
var knownAs = []model.Column[*Line]{
	{Title: "DisplayName", Is: model.ContentTrustee, Extra: true, Spare: true, Text: func(l *Line) string { return displayName(l.known()) }},
	{Title: "Mail", Is: model.ContentTrustee, Extra: true, Off: true, Text: func(l *Line) string { return mail(l.known()) }},
	{Title: "UPN", Is: model.ContentTrustee, Extra: true, Off: true, Text: func(l *Line) string { return upn(l.known()) }},
	{Title: "Domain", Is: model.ContentName, Extra: true, Off: true, Text: func(l *Line) string { return l.Domain }},
	{Title: "Store", Is: model.ContentName, Extra: true, Off: true, Text: func(l *Line) string {
		return l.home(func(s *model.Snapshot, o *model.Record) pool.DN { return o.Home })
	}},
	{Title: "Server", Is: model.ContentName, Extra: true, Off: true, Text: func(l *Line) string { return l.home((*model.Snapshot).HomeServer) }},
	{Title: "DN", Is: model.ContentDN, Extra: true, Off: true, Text: func(l *Line) string { return l.DN }},
	{Title: "SID", Is: model.ContentSID, Extra: true, Off: true, Text: func(l *Line) string { return model.SIDText(l.SID) }},
}

// The columns of who a row names and of what it is on, as people know them.
var (
	userDisplayColumn = model.Column[*Row]{Title: "UserDisplayName", Is: model.ContentTrustee, Extra: true, Off: true,
		Text: func(r *Row) string { return displayName(r.trusteeKnown()) }}
	targetDisplayColumn = model.Column[*Row]{Title: "TargetDisplayName", Is: model.ContentTarget, Extra: true, Off: true,
		Text: func(r *Row) string { return displayName(r.targetKnown()) }}
)

// rowsKnownAs are the columns of rows that stand behind those that everybody needs:
// further names of both ends, and the entry as it is stored.
var rowsKnownAs = []model.Column[*Row]{
	userDisplayColumn, targetDisplayColumn,
	{Title: "UserMail", Is: model.ContentTrustee, Extra: true, Off: true, Text: func(r *Row) string { return mail(r.trusteeKnown()) }},
	{Title: "UserUPN", Is: model.ContentTrustee, Extra: true, Off: true, Text: func(r *Row) string { return upn(r.trusteeKnown()) }},
	{Title: "UserDomain", Is: model.ContentName, Extra: true, Off: true, Text: func(r *Row) string { return r.Trustee.Domain }},
	{Title: "UserDN", Is: model.ContentDN, Extra: true, Off: true, Text: func(r *Row) string { return r.Trustee.DN }},
	{Title: "UserSID", Is: model.ContentSID, Extra: true, Off: true, Text: func(r *Row) string { return model.SIDText(r.Trustee.SID) }},
	{Title: "Flags", Is: model.ContentWord, Extra: true, Off: true, Text: func(r *Row) string { return r.ACEFlags }},
	{Title: "ACE #", Is: model.ContentWord, Numeric: true, Extra: true, Off: true, Text: aceNumber, Number: func(r *Row) int { return r.Index }},
}

// aceNumber is the place of an entry in its list, from 0 as in the card and in
// reports; empty of what is no entry of a list.
func aceNumber(r *Row) string {
	if r.ACEType == "" {
		return ""
	}
	return strconv.Itoa(r.Index)
}

// knownField is a field of a report that tells a name of an end of a record.
func knownField[T any](name string, of func(T) known, which func(known) string) model.Field[T] {
	return model.Field[T]{Name: name, Is: model.ContentAccount, Aside: true, Value: func(r T) any { return which(of(r)) }}
}

// lineKnownFields are those of the account of a line.
var lineKnownFields = []model.Field[*Line]{
	knownField("display_name", (*Line).known, displayName), knownField("mail", (*Line).known, mail), knownField("upn", (*Line).known, upn),
}

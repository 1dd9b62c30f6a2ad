package demo

import "strconv"

// Names of the organisation.
const (
	domainDN   = "DC=contoso,DC=com"
	configDN   = "CN=Configuration," + domainDN
	schemaDN   = "CN=Schema," + configDN
	rightsDN   = "CN=Extended-Rights," + configDN
	servicesDN = "CN=Services," + configDN
	rootDN     = "CN=Microsoft Exchange," + servicesDN
	foreignDN  = "CN=ForeignSecurityPrincipals," + domainDN
	builtinDN  = "CN=Builtin," + domainDN

	account = `CONTOSO\auditor`
)

// RIDs of contoso. Below firstMailbox lie the accounts written by hand; each
// kind that grows with the organisation has a range of its own.
const (
	firstMailbox  = 10_000
	firstMailUser = 6_000_000
	firstMailList = 7_000_000
	firstComputer = 8_000_000
	firstTeam     = 9_000_000
	firstOrphan   = 9_500_000
)

// world is one organisation on one day.
type world struct {
	n    int // mailboxes
	seed uint64
	day  int

	sizes
	places
	stores
	templates

	people map[uint32]*principal // hand-written accounts of contoso by RID
	static []*principal
}

// sizes are the numbers of things that grow with the mailboxes.
type sizes struct {
	mailUsers, lists, contacts, dynamics, folders, computers, teams, databases int
}

// places are the containers of the domain.
type places struct {
	containers []*node // all, parents first
	ous        []*node // where people are, by index

	users, monitoring, shared, resources, linked, legal, adminsOU *node // special accounts
	listsOU, contactsOU, teamsOU, servicesOU, exchangeOU          *node
	objectsCN                                                     *node // CN=Microsoft Exchange System Objects
	computersCN, controllers, managed                             *node
}

// stores are the servers and stores, and what lies above them.
type stores struct {
	config      []*node // above and around the stores, parents first
	doors       []*node // settings, connectors, rules and accepted domains, parents first
	servers     []server
	legacyStore *node
	publicStore *node
	databasesCN *node

	rbac     []*node // CN=RBAC and all below it, parents first
	rbacDN   string
	policyDN [2][]byte // of the default policy and of the managers'
}

// templates are descriptors that many objects share.
type templates struct {
	mailboxSD    []byte // of a mailbox that nobody has touched
	databaseSD   []byte // of such a database
	protectedSD  []byte // stamped from AdminSDHolder
	userDefaults chunk  // the explicit entries of a new user
}

// build works out what does not grow with the organisation.
func (w *world) build() {
	w.mailUsers = 3 + w.n/25
	w.lists = 6 + w.n/50
	w.contacts = 3 + w.n/50
	w.dynamics = 1 + w.n/250
	w.folders = 2 + w.n/250
	w.computers = 8 + w.n/20
	w.teams = 4 + w.n/25
	w.databases = max(2, (w.n+1499)/1500)
	w.buildPrincipals()
	w.buildDomain()
	w.buildExchange()
	w.mailboxSD = encode(0, self, self, []ace{ownMailbox})
	w.userDefaults = encodeChunk(userDefaults)
}

// Days. A thing that changes does so on one day in changePeriod, so on any day
// one in changePeriod of them has changed since the day before.
const changePeriod = 200

// changes returns how often thing i of a stream has changed by today.
func (w *world) changes(s stream, i uint64) int {
	if w.day == 0 {
		return 0
	}
	first := 1 + int(w.drawWide(s, i)%changePeriod)
	if w.day < first {
		return 0
	}
	return 1 + (w.day-first)/changePeriod
}

// What can happen to a mailbox.
const (
	eventGrant     = iota // a mailbox right is added
	eventRevoke           // the last special mailbox right goes
	eventAlter            // a mailbox right becomes another one
	eventSendAs           // Send-As is granted
	eventState            // the account is disabled, or enabled again
	eventRename           // marriage
	eventMove             // to another database
	eventDelegates        // somebody is named as delegate
	eventKinds
)

// history is what has happened to a mailbox since day 0, each event counted.
type history [eventKinds]int

// historyOf looks the days up for mailbox i.
func (w *world) historyOf(i int) (h history) {
	for k := range w.changes(streamDay, uint64(i)) {
		h[w.draw(streamDayKind, i*64+k)%eventKinds]++
	}
	return h
}

// database is the number of the database that mailbox i lives on.
func (w *world) database(i, moves int) int {
	return (int(w.draw(streamStore, i)%uint64(w.databases)) + moves) % w.databases
}

// appendDatabaseName writes the name of a database: DB01.
func appendDatabaseName(b []byte, k int) []byte {
	b = append(b, "DB"...)
	if k < 9 {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, int64(k+1), 10)
}

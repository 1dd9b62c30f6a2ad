package model

// Which release a build number or a version number of the directory belongs to.
// Sources: Microsoft's list of build numbers, its page on preparing Active
// Directory, and Get-ExchangeBuildVersionInformation.ps1 of CSS-Exchange, which
// keeps both (exchange-facts 10.6). A security update changes the last part of
// a server's build only, and the directory does not record it.

// product is a release line of Exchange, by the first two numbers of a build.
type product struct{ major, minor int }

var products = map[product]string{
	{15, 2}: "2019", {15, 1}: "2016", {15, 0}: "2013",
	{14, 3}: "2010 SP3", {14, 2}: "2010 SP2", {14, 1}: "2010 SP1", {14, 0}: "2010 RTM",
	{8, 3}: "2007 SP3", {8, 2}: "2007 SP2", {8, 1}: "2007 SP1", {8, 0}: "2007 RTM",
	{6, 5}: "2003", {6, 0}: "2000",
}

// firstSE is the first build of Subscription Edition, which shares its first
// two numbers, its schema and its organisation version with 2019 CU15.
const firstSE = 2562

// updates are the updates of the lines that have their names from the third
// number.
var updates = map[product]map[int]string{
	{15, 2}: {
		221: "RTM", 330: "CU1", 397: "CU2", 464: "CU3", 529: "CU4", 595: "CU5", 659: "CU6", 721: "CU7", 792: "CU8",
		858: "CU9", 922: "CU10", 986: "CU11", 1118: "CU12", 1258: "CU13", 1544: "CU14", 1748: "CU15", firstSE: "RTM",
	},
	{15, 1}: {
		225: "RTM", 396: "CU1", 466: "CU2", 544: "CU3", 669: "CU4", 845: "CU5", 1034: "CU6", 1261: "CU7", 1415: "CU8",
		1466: "CU9", 1531: "CU10", 1591: "CU11", 1713: "CU12", 1779: "CU13", 1847: "CU14", 1913: "CU15", 1979: "CU16",
		2044: "CU17", 2106: "CU18", 2176: "CU19", 2242: "CU20", 2308: "CU21", 2375: "CU22", 2507: "CU23",
	},
	{15, 0}: {
		516: "RTM", 620: "CU1", 712: "CU2", 775: "CU3", 847: "SP1", 913: "CU5", 995: "CU6", 1044: "CU7", 1076: "CU8",
		1104: "CU9", 1130: "CU10", 1156: "CU11", 1178: "CU12", 1210: "CU13", 1236: "CU14", 1263: "CU15", 1293: "CU16",
		1320: "CU17", 1347: "CU18", 1365: "CU19", 1367: "CU20", 1395: "CU21", 1473: "CU22", 1497: "CU23",
	},
	{6, 5}: {6944: "RTM", 7226: "SP1", 7638: "SP2"},
	{6, 0}: {4417: "RTM", 4712: "SP1", 5762: "SP2", 6249: "SP3"},
}

// organisationReleases say for which release an organisation was prepared: the
// objectVersion of its object. It is as new as its newest server at least.
var organisationReleases = map[int]string{
	15614: "2013 CU1", 15688: "2013 CU2", 15763: "2013 CU3", 15844: "2013 SP1", 15870: "2013 CU5", 15965: "2013 CU6 to CU9",
	16130: "2013 CU10 to CU21", 16131: "2013 CU22", 16133: "2013 CU23",
	16210: "2016 RTM", 16211: "2016 CU1", 16212: "2016 CU2 or CU3", 16213: "2016 CU4 to CU10", 16214: "2016 CU11",
	16215: "2016 CU12", 16217: "2016 CU13 to CU17", 16218: "2016 CU18", 16219: "2016 CU19", 16220: "2016 CU20",
	16221: "2016 CU21", 16222: "2016 CU22", 16223: "2016 CU23",
	16751: "2019 RTM", 16752: "2019 CU1", 16754: "2019 CU2 to CU6", 16755: "2019 CU7", 16756: "2019 CU8", 16757: "2019 CU9",
	16758: "2019 CU10", 16759: "2019 CU11", 16760: "2019 CU12", 16761: "2019 CU13", 16762: "2019 CU14", 16763: "2019 CU15 or SE",
}

// schemaReleases say the same by rangeUpper of CN=ms-Exch-Schema-Version-Pt.
var schemaReleases = map[int]string{
	15254: "2013 CU1", 15281: "2013 CU2", 15283: "2013 CU3", 15292: "2013 SP1", 15300: "2013 CU5", 15303: "2013 CU6",
	15312: "2013 CU7 to CU23",
	15317: "2016 RTM", 15323: "2016 CU1", 15325: "2016 CU2", 15326: "2016 CU3 to CU5", 15330: "2016 CU6",
	15332: "2016 CU7 to CU18", 15333: "2016 CU19 or CU20", 15334: "2016 CU21 to CU23",
	17000: "2019 RTM or CU1", 17001: "2019 CU2 to CU7", 17002: "2019 CU8 or CU9", 17003: "2019 CU10 to CU15 or SE",
}

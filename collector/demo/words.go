package demo

// Names are put together from short lists. A surname is one piece of each of
// stems, middles and endings; since the first two have a fixed length, no two
// choices give the same surname, and a directory of five million people needs
// no numbers after its names.

var givenNames = [128]string{
	"Ada", "Alan", "Alba", "Alma", "Amir", "Ana", "Andrej", "Anika", "Anton", "Aria", "Arne", "Asta", "August", "Aylin", "Basil", "Bea",
	"Bela", "Björn", "Boris", "Bruno", "Carl", "Carla", "Cem", "Chiara", "Clara", "Cyril", "Dag", "Dana", "Daria", "Diego", "Dina", "Dora",
	"Edda", "Egon", "Elena", "Elif", "Elin", "Emil", "Emma", "Enzo", "Erik", "Esra", "Eva", "Fabio", "Fatma", "Felix", "Filip", "Fiona",
	"Franz", "Freya", "Gábor", "Gerda", "Gino", "Greta", "Hana", "Hugo", "Ida", "Igor", "Ines", "Ingrid", "Iris", "Ivan", "Jana", "Jens",
	"Jonas", "José", "Judit", "Jürgen", "Kai", "Karin", "Karol", "Kira", "Klara", "Lars", "Laura", "Lea", "Leif", "Lena", "Leo", "Lidia",
	"Linus", "Lisa", "Lucía", "Luis", "Maja", "Marco", "Maria", "Marta", "Matteo", "Mila", "Mira", "Nadja", "Nils", "Nina", "Nora", "Olaf",
	"Olga", "Oskar", "Otto", "Paolo", "Pavel", "Petra", "Pia", "Rafael", "Ravi", "Rita", "Robin", "Rosa", "Ruben", "Samir", "Sara", "Selma",
	"Sofia", "Søren", "Sven", "Tamar", "Tara", "Theo", "Tilda", "Tomas", "Ulla", "Uwe", "Vera", "Viktor", "Wanda", "Yara", "Yusuf", "Zoë",
}

var stems = [64]string{
	"Abe", "Ald", "Ben", "Bor", "Bra", "Bri", "Cal", "Car", "Cor", "Dal", "Del", "Dor", "Dun", "Eld", "Far", "Fen",
	"Fer", "Gal", "Gar", "Gil", "Gor", "Gra", "Hal", "Har", "Hel", "Hol", "Ing", "Jan", "Jor", "Kal", "Kel", "Kor",
	"Lan", "Lar", "Lin", "Lor", "Mal", "Mar", "Mel", "Mor", "Nal", "Nor", "Oke", "Orl", "Pal", "Per", "Pol", "Ral",
	"Ren", "Ros", "Sal", "San", "Sel", "Sol", "Tal", "Tar", "Tor", "Ull", "Val", "Var", "Vol", "Wal", "Wil", "Zan",
}

var middles = [32]string{
	"ba", "be", "bo", "da", "de", "di", "do", "fa", "fi", "ga", "ge", "go", "ka", "ke", "ko", "la",
	"le", "li", "lo", "ma", "me", "mi", "mo", "na", "ne", "ni", "no", "ra", "re", "ri", "ro", "ta",
}

var endings = [32]string{
	"berg", "son", "sen", "dorf", "man", "ford", "ley", "ton", "wood", "field", "stein", "baum", "lund", "strom", "gaard", "vik",
	"quist", "ski", "vic", "escu", "ez", "ini", "etti", "oux", "ard", "hurst", "well", "worth", "bury", "ham", "by", "thal",
}

// script is a way of writing names that a terminal must get right.
type script struct {
	family, given []string
	between       string
}

// Wide characters, right-to-left text, combining marks (deliberately not
// composed) and text whose width is not its number of code points.
var scripts = [...]script{
	{[]string{"王", "李", "張", "劉", "陳", "楊"}, []string{"小明", "美玲", "大衛", "秀英", "建國"}, ""},
	{[]string{"田中", "鈴木", "高橋"}, []string{"さくら", "ケンジ", "陽子"}, " "},
	{[]string{"الحسن", "البحري", "النجار"}, []string{"ليلى", "سمير", "نور"}, " "},
	{[]string{"לוי", "כהן", "ברק"}, []string{"דנה", "יונתן", "תמר"}, " "},
	{[]string{"A\u030angstro\u0308m", "Nun\u0303ez", "Dvor\u030ca\u0301k"}, []string{"Zoe\u0308", "Jose\u0301", "Ane\u030cta"}, " "},
	{[]string{"नायर", "शर्मा"}, []string{"कविता", "अर्जुन"}, " "},
	{[]string{"Іваненко", "Соколова"}, []string{"Оксана", "Тарас"}, " "},
}

// Shared mailboxes, rooms and equipment.
var (
	sharedNames    = [...]string{"Invoices", "Support", "Orders", "Recruiting", "Press Office", "Fleet", "Travel Desk", "Reception"}
	roomNames      = [...]string{"Aspen", "Birch", "Cedar", "Elm", "Juniper", "Linden", "Maple", "Rowan"}
	equipmentNames = [...]string{"Projector", "Pool Car", "Video Cart", "Laser Cutter"}
	departments    = [...]string{"Finance", "Sales", "Legal", "Engineering", "Logistics", "Human Resources", "Quality", "Research"}
)

// region is a part of the world with its places.
type region struct {
	name   string
	places []string
}

var regions = [...]region{
	{"Europe", []string{"Amsterdam", "Berlin", "Dublin", "Graz", "København", "Lisboa", "Lyon", "Milano", "München", "Oslo", "Praha", "Zürich"}},
	{"Americas", []string{"Austin", "Boston", "Bogotá", "Denver", "Montréal", "São Paulo", "Seattle", "Toronto"}},
	{"Asia, Pacific", []string{"Bengaluru", "Hanoi", "Osaka", "Perth", "Seoul", "Singapore", "大阪 R&D"}},
	{"Middle East + Africa", []string{"Accra", "Dubai", "Haifa", "Nairobi", "Tunis"}},
}

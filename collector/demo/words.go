package demo

// Names are put together from short lists, and are nobody's. Whoever is written by
// hand (people.go) has a family name that is not here.

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

var familyNames = [256]string{
	"Abend", "Acker", "Adler", "Ahorn", "Albers", "Almeda", "Amsler", "Anders", "Arnau", "Arvid", "Astor", "Aumann", "Baker", "Balint", "Barlow", "Barros",
	"Basler", "Becker", "Behrens", "Belmont", "Benson", "Berger", "Bianco", "Birch", "Bloom", "Bolten", "Borges", "Brandis", "Brook", "Bruns", "Burkert", "Calder",
	"Campos", "Carlson", "Carver", "Castor", "Chandler", "Clement", "Colombo", "Cooper", "Cortés", "Costa", "Cramer", "Dalton", "Danner", "Decker", "Delmar", "Denver",
	"Dietz", "Dorn", "Drake", "Duarte", "Dubois", "Eberl", "Ebner", "Eklund", "Ellis", "Engel", "Erdem", "Ernst", "Esser", "Evans", "Faber", "Falk",
	"Farkas", "Fenn", "Ferrer", "Fiala", "Fink", "Fischer", "Fleming", "Flores", "Fontana", "Forster", "Frank", "Frey", "Fuchs", "Gabler", "Garner", "Gerber",
	"Gibson", "Glaser", "Graf", "Grant", "Greco", "Grün", "Gunnar", "Gómez", "Haas", "Hagen", "Halas", "Hansen", "Harper", "Hartl", "Havel", "Hayes",
	"Heller", "Henning", "Herrera", "Hoffer", "Holm", "Horváth", "Huber", "Hughes", "Hunter", "Ibarra", "Iversen", "Jansen", "Jarvis", "Jensen", "Jordan", "Juarez",
	"Jäger", "Kadlec", "Kaiser", "Karlsson", "Kaya", "Keane", "Kern", "Kessler", "Klein", "Kocher", "Koller", "Kramer", "Kraus", "Kruse", "Lambert", "Landau",
	"Larsen", "Laurent", "Lehner", "Lemaire", "Lenz", "Linden", "Lopes", "Lorenz", "Lucas", "Lutz", "Madsen", "Mahler", "Maier", "Marino", "Martens", "Mason",
	"Mayer", "Mendes", "Mercer", "Merk", "Metzger", "Meyer", "Miles", "Molina", "Monti", "Moreau", "Moser", "Nagy", "Navarro", "Neumann", "Newton", "Nilsen",
	"Noack", "Norden", "Novotny", "Nowak", "Oberlin", "Olsen", "Ortega", "Osborn", "Otten", "Palmer", "Parker", "Pavlik", "Pereira", "Peters", "Petrov", "Pfister",
	"Pichler", "Pinto", "Polak", "Porter", "Pospíšil", "Prager", "Price", "Quist", "Ramos", "Rasmus", "Rauch", "Reeves", "Reimer", "Renner", "Reyes", "Richter",
	"Rieger", "Rinaldi", "Ritter", "Rivera", "Rocha", "Romero", "Rossi", "Roth", "Rovere", "Ruiz", "Rydéll", "Sander", "Santos", "Sauter", "Schmid", "Schulz",
	"Seidel", "Serrano", "Shaw", "Silva", "Simek", "Sloan", "Soler", "Sommer", "Spencer", "Stahl", "Steiner", "Stone", "Strobl", "Suárez", "Svoboda", "Taylor",
	"Thaler", "Thoma", "Toledo", "Torres", "Tucker", "Turner", "Ullman", "Urban", "Valdes", "Varga", "Vega", "Vidal", "Vitale", "Vlček", "Wagner", "Walter",
	"Weber", "Weiss", "Werner", "Winkler", "Winter", "Wirth", "Wolf", "Yılmaz", "Zach", "Zeman", "Ziegler", "Černý", "Ostrow", "Kessel", "Ternes", "Ibsen",
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
	roomNames      = [...]string{"Bern", "Ghent", "Lisbon", "Lyon", "Oslo", "Porto", "Rome", "Turin"}
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

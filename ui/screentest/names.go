package screentest

import "strings"

// WorldNames are names from all over the world, and some that nobody should bear.
var WorldNames = []string{
	"u00011", "Zoë Müller", "Zoe\u0308 Mu\u0308ller", "山田　太郎", "김철수", "王小明（财务）", "محمد عبد الله", "שלום כהן",
	"สมชาย ใจดี", "हिन्दी नाम", "Ångström", "ﬁnance", "👩\u200d💻 dev", "ad\u200bmin", "evil\u202egpj.exe", "\u2066iso\u2069",
	"[red]root[-]", "[:::https://example.com/]x", "\x1b[31mred\x1b[0m", "tab\tbell\a", "z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309",
	"bad\xff\xfeutf8", strings.Repeat("長", 30), "\u0301lonely", "a\r\nb",
}

"""Names of people: many scripts, and the ones that break careless programs."""

GIVEN = ["Anna", "Ben", "Carla", "Dörte", "Émile", "Fatima", "Georg", "Hanna", "Igor", "Jana", "Kofi", "Léa",
         "Marek", "Nadia", "Oluf", "Paula", "Quentin", "Rosa", "Søren", "Tomáš", "Ulla", "Viktor", "Wei", "Yuki", "Zoë"]
FAMILY = ["Müller", "O'Neill", "Sato", "Novák", "van den Berg", "García", "Ødegård", "Kowalski", "Ivanova", "Smith",
          "Papadopoulos", "Łukasz", "de la Cruz", "Schmidt-Braun", "Nguyễn", "Öztürk", "Janssen"]

# (family and given name as the cn, display name)
HOSTILE = [
    ("Meier, Max", "Meier, Max"),
    ("Meier, Max (2)", "Meier, Max"),  # two people of one display name
    ("O'Brien \"Pat\" <ceo>", "O'Brien, \"Pat\" <ceo>"),
    ("山田 太郎", "山田 太郎"),
    ("王小明", "王小明 (Wang Xiaoming)"),
    ("שלום כהן", "שלום כהן"),
    ("محمد علي", "محمد علي"),
    ("Zoe\u0301 Mu\u0308ller", "Zoe\u0301 Mu\u0308ller"),
    ("Z\u0335a\u0336l\u0337g\u0338o\u0300\u0301\u0302", "Z\u0335a\u0336l\u0337g\u0338o\u0300\u0301\u0302"),
    ("\u202egnp.exe", "Report \u202egnp.exe\u202c"),
    ("[red]=1+1", "\x1b[31m[red]=1+1\x1b]0;owned\x07"),
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ("#leading; back\\slash + plus", "#leading; back\\slash + plus"),
    ("👩‍💻 Emoji", "👩‍💻 Emoji"),
    ("tab\there", "line\none and tab\there"),
]


def person(i):
    """The name of the i-th ordinary person, as (cn, display name)."""
    display = "%s, %s" % (FAMILY[i % len(FAMILY)], GIVEN[(i * 7) % len(GIVEN)])
    return "%s %05d" % (display, i), display

"""Reads the first sheet of a workbook with nothing but zip and XML, and prints what is in it as JSON."""
import json
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

book = zipfile.ZipFile(sys.argv[1])
assert book.testzip() is None
for name in book.namelist():
    if name.endswith((".xml", ".rels")):
        ET.fromstring(book.read(name))


def plain(text):
    """What a text stands for (ECMA-376 part 1, 22.9.2.19, ST_Xstring)."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
cells = {}
for c in sheet.iter(main + "c"):
    text = "".join(t.text or "" for t in c.iter(main + "t")) or "".join(v.text or "" for v in c.iter(main + "v"))
    cells[c.get("r")] = [c.get("t") or "", plain(text)]
panes = [p.get("state") for p in sheet.iter(main + "pane")]
filters = [f.get("ref") for f in sheet.iter(main + "autoFilter")]
columns = [int(c.get("min")) for c in sheet.iter(main + "col")]
print(json.dumps({
    "Columns": columns,
    "Formulas": sum(1 for _ in sheet.iter(main + "f")),
    "Links": sum(1 for n in book.namelist() if "externalLink" in n or "hyperlink" in n.lower()),
    "Cells": cells,
    "Pane": panes[0] if panes else "",
    "Filter": filters[0] if filters else "",
}))

"use strict";
// Every distinct text stands once in texts; a row holds numbers: the value itself in a numeric column, else the place of
// its text. So a filter looks at each text once and a sort ranks texts, whatever the number of rows.
(() => {
  const table = document.getElementById("rows"), heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const numeric = heads.map(h => h.className.includes("n"));
  let texts = [], rows = [];
  const packed = document.getElementById("packed-rows");
  if (packed) {
    rows = JSON.parse(packed.textContent);
    texts = JSON.parse(document.getElementById("packed-texts").textContent);
  } else {
    const place = new Map();
    const pack = (cell, j) => {
      if (numeric[j]) return Number(cell.textContent);
      const s = cell.textContent;
      if (!place.has(s)) { place.set(s, texts.length); texts.push(s); }
      return place.get(s);
    };
    rows = [...body.rows].map(r => [...r.cells].map(pack));
  }
  const folded = texts.map(s => s.toLowerCase());
  const off = new Set();
  let shown = rows, sorted = -1, down = false, start = 0, rank = null;

  const ranks = () => {
    const compare = new Intl.Collator(undefined, { numeric: true }).compare;
    const order = texts.map((_, i) => i).sort((a, b) => compare(texts[a], texts[b]));
    rank = new Int32Array(texts.length);
    order.forEach((i, n) => { rank[i] = n; });
  };
  const matcher = word => {
    const no = word.startsWith("!"), want = no ? word.slice(1) : word;
    const hit = folded.map(s => s.includes(want));
    return row => row.some((v, j) => numeric[j] ? String(v).includes(want) : hit[v]) !== no;
  };
  const select = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(w => w !== "" && w !== "!").map(matcher);
    shown = words.length ? rows.filter(r => words.every(m => m(r))) : rows.slice();
    if (sorted >= 0) {
      if (!numeric[sorted] && !rank) ranks();
      const key = numeric[sorted] ? r => r[sorted] : r => rank[r[sorted]], sign = down ? -1 : 1;
      shown.sort((a, b) => sign * (key(a) - key(b)));
    }
    start = 0;
    draw();
  };
  const draw = () => {
    const size = Number(page.value) || shown.length, part = document.createDocumentFragment();
    for (const row of shown.slice(start, start + size)) {
      const tr = document.createElement("tr");
      row.forEach((v, j) => {
        if (off.has(j)) return;
        const td = document.createElement("td");
        td.textContent = numeric[j] ? v : texts[v];
        if (heads[j].className) td.className = heads[j].className;
        tr.append(td);
      });
      part.append(tr);
    }
    body.replaceChildren(part);
    heads.forEach((h, j) => {
      h.hidden = off.has(j);
      if (j === sorted) h.setAttribute("aria-sort", down ? "descending" : "ascending"); else h.removeAttribute("aria-sort");
    });
    const n = x => x.toLocaleString("en");
    const last = Math.min(start + size, shown.length);
    count.textContent = (shown.length ? n(start + 1) + "–" + n(last) + " of " : "") + n(shown.length) +
      (shown.length < rows.length ? " (of " + n(rows.length) + " rows)" : " rows");
    before.disabled = start === 0;
    after.disabled = last >= shown.length;
  };

  const by = id => document.getElementById(id);
  const find = by("find"), page = by("page"), before = by("before"), after = by("after"), count = by("count");
  let wait = 0;
  find.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(select, 200); });
  page.addEventListener("change", () => { start = 0; draw(); });
  before.addEventListener("click", () => { start = Math.max(0, start - Number(page.value)); draw(); });
  after.addEventListener("click", () => { start += Number(page.value); draw(); });
  heads.forEach((h, j) => {
    const button = document.createElement("button");
    button.append(...h.childNodes);
    h.append(button);
    button.addEventListener("click", () => { down = sorted === j && !down; sorted = j; select(); });
    const label = document.createElement("label"), box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => {
      if (box.checked) off.delete(j); else off.add(j);
      // What is chosen by hand is printed as chosen.
      heads.forEach(h => h.classList.remove("x"));
      document.querySelectorAll(".paper").forEach(p => p.remove());
      draw();
    });
    label.append(box, " ", h.textContent);
    by("columns").append(label);
  });
  by("bar").hidden = by("columns").hidden = false;
  draw();
})();

// Runs the script of a page on a document that is just large enough for it, and
// prints what a reader would see after each step. Usage: node page.js SCRIPT < page as JSON
"use strict";
const fs = require("fs"), vm = require("vm");
const input = JSON.parse(fs.readFileSync(0, "utf8"));

class Node {
  constructor(tag) { this.tag = tag; this.childNodes = []; this.attributes = {}; this.on = {}; this.className = ""; this.hidden = false; this.value = ""; this.disabled = false; }
  get textContent() { return this.tag === "#text" ? this.text : this.childNodes.map(c => c.textContent).join(""); }
  set textContent(v) { this.childNodes = []; this.append(String(v)); }
  get innerHTML() { throw new Error("innerHTML is used"); }
  set innerHTML(v) { throw new Error("innerHTML is used"); }
  get cells() { return this.childNodes; }
  get rows() { return this.childNodes; }
  get classList() { return { remove: c => { this.className = this.className.split(" ").filter(x => x !== c).join(" "); } }; }
  append(...nodes) {
    for (const n of nodes) {
      const node = typeof n === "string" ? text(n) : n;
      for (const c of node.tag === "#fragment" ? node.childNodes : [node]) {
        if (c.parent) c.parent.childNodes = c.parent.childNodes.filter(x => x !== c);
        c.parent = this;
        this.childNodes.push(c);
      }
    }
  }
  replaceChildren(...nodes) { this.childNodes = []; this.append(...nodes); }
  addEventListener(type, f) { this.on[type] = f; }
  setAttribute(k, v) { this.attributes[k] = v; }
  removeAttribute(k) { delete this.attributes[k]; }
}
const text = s => { const n = new Node("#text"); n.text = s; return n; };
const element = (tag, s, cls) => { const n = new Node(tag); n.textContent = s; n.className = cls || ""; return n; };

const head = new Node("tr"), body = new Node("tbody"), table = new Node("table");
for (const h of input.heads) head.append(element("th", h.Text, h.Class));
for (const row of input.rows) {
  const tr = new Node("tr");
  row.forEach((c, j) => tr.append(element("td", c, input.heads[j].Class)));
  body.append(tr);
}
table.tHead = { rows: [head] };
table.tBodies = [body];
const byID = { rows: table };
for (const id of ["find", "page", "before", "after", "count", "bar", "columns"]) byID[id] = new Node(id);
byID.page.value = String(input.size);
if (input.packedRows) {
  byID["packed-rows"] = element("script", input.packedRows);
  byID["packed-texts"] = element("script", input.packedTexts);
}
const steps = [];
const look = what => steps.push({
  What: what, Count: byID.count.textContent, Before: byID.before.disabled, After: byID.after.disabled,
  Heads: head.cells.filter(h => !h.hidden).map(h => h.textContent),
  Sort: head.cells.map(h => h.attributes["aria-sort"] || ""),
  Rows: body.rows.map(r => r.cells.map(c => c.textContent)),
});
vm.runInNewContext(fs.readFileSync(process.argv[2], "utf8"), {
  document: {
    getElementById: id => byID[id] || null, createElement: t => new Node(t), createDocumentFragment: () => new Node("#fragment"),
    querySelectorAll: () => [],
  },
  setTimeout: f => { f(); return 0; }, clearTimeout: () => {}, Intl, JSON, Number, String, Map, Set, Int32Array, Math,
});
look("start");
for (const step of input.steps) {
  if (step.Find !== undefined && step.Find !== null) { byID.find.value = step.Find; byID.find.on.input(); }
  if (step.Sort) head.cells[step.Sort - 1].childNodes[0].on.click();
  if (step.After) byID.after.on.click();
  if (step.Before) byID.before.on.click();
  if (step.Hide) {
    const box = byID.columns.childNodes[step.Hide - 1].childNodes[0];
    box.checked = false;
    box.on.change();
  }
  look(JSON.stringify(step));
}
console.log(JSON.stringify(steps));

// Answers questions on standard input, a line of JSON each, with ClickHouse.
const { Session } = require(process.argv[1]);
const fs = require('fs');
const path = require('path');
const lines = require('readline').createInterface({ input: process.stdin });

const text = (v) => {
  if (v === null || v === undefined) return '';
  if (typeof v === 'object') return JSON.stringify(v);
  return String(v);
};

async function main() {
  const scratch = fs.mkdtempSync(path.join(require('os').tmpdir(), 'clickhouse-'));
  let session;
  for await (const line of lines) {
    const { kind, text: asked } = JSON.parse(line);
    const answer = { Rows: [] };
    try {
      if (kind === 'open') {
        session?.cleanup();
        session = new Session(fs.mkdtempSync(path.join(scratch, 'session-')));
        const readme = fs.readFileSync(path.join(asked, 'README.md'), 'utf8');
        const texts = readme.split('\n## ClickHouse\n')[1].match(/```sql\n([^]*?)```/)[1];
        for (const s of texts.replaceAll("'tables/", `'${asked}/`).split(';\n')) {
          if (s.trim()) session.query(s);
        }
      } else {
        const rows = session.query(asked, 'JSONEachRow').split('\n').filter(Boolean);
        answer.Rows = rows.map((row) =>
          // a name that stands on both sides of a join keeps that of its side
          Object.fromEntries(Object.entries(JSON.parse(row)).map(([k, v]) => [k.split('.').pop(), text(v)])));
      }
    } catch (e) {
      answer.Error = String(e);
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
  session?.cleanup();
  fs.rmSync(scratch, { recursive: true, force: true });
}

main();

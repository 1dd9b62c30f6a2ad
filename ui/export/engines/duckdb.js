// Answers questions on standard input, a line of JSON each, with DuckDB.
const duckdb = require(process.argv[1]);
const fs = require('fs');
const lines = require('readline').createInterface({ input: process.stdin });

const text = (v) => {
  if (v === null || v === undefined) return '';
  if (typeof v === 'object') return JSON.stringify(v);
  return String(v);
};

async function main() {
  let instance, connection;
  for await (const line of lines) {
    const { kind, text: asked } = JSON.parse(line);
    const answer = { Rows: [] };
    try {
      if (kind === 'open') {
        instance = await duckdb.DuckDBInstance.create(':memory:');
        connection = await instance.connect();
        await connection.run(`set file_search_path = '${asked.replaceAll("'", "''")}'`);
        for (const s of fs.readFileSync(asked + '/schema.sql', 'utf8').split(';\n')) {
          if (s.trim()) await connection.run(s);
        }
      } else {
        const reader = await connection.runAndReadAll(asked);
        answer.Rows = reader.getRowObjectsJson().map((row) =>
          Object.fromEntries(Object.entries(row).map(([k, v]) => [k, text(v)])));
      }
    } catch (e) {
      answer.Error = String(e);
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
}

main();

// The yardstick of the benchmarks: one Node process, socket.io 4, one commit and one emit per operation.
// node server.mjs [--database sqlite:<file> | postgresql://…]   prints {"url": …, "database": …} when it listens.
// POST /ops {id, text} commits, answers and emits; POST /say?count=&size= emits without a database; GET /stats.
import { createServer } from "node:http";
import process from "node:process";
import { Server } from "socket.io";

const given = process.argv.indexOf("--database");
const database = given > 0 ? process.argv[given + 1] : "";

async function opener(address) {
  if (address.startsWith("postgresql:")) {
    const { default: pg } = await import("pg");
    const pool = new pg.Pool({ connectionString: address, max: 10 });
    await pool.query("CREATE TABLE IF NOT EXISTS room (id int PRIMARY KEY, head int NOT NULL)");
    await pool.query("CREATE TABLE IF NOT EXISTS op (id text PRIMARY KEY, seq int NOT NULL, body text NOT NULL)");
    await pool.query("INSERT INTO room VALUES (1, 0) ON CONFLICT DO NOTHING");
    return async (op) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const { rows } = await client.query("UPDATE room SET head = head + 1 WHERE id = 1 RETURNING head");
        await client.query("INSERT INTO op VALUES ($1, $2, $3)", [op.id, rows[0].head, JSON.stringify(op)]);
        await client.query("COMMIT");
        return rows[0].head;
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    };
  }
  if (address.startsWith("sqlite:")) {
    const { DatabaseSync } = await import("node:sqlite");
    const db = new DatabaseSync(address.slice("sqlite:".length));
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE op (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, body TEXT NOT NULL)");
    const insert = db.prepare("INSERT INTO op VALUES (?, ?, ?)");
    let head = 0;
    return async (op) => {
      db.exec("BEGIN IMMEDIATE");
      insert.run(op.id, head + 1, JSON.stringify(op));
      db.exec("COMMIT");
      head += 1;
      return head;
    };
  }
  let head = 0;
  return async () => ++head;
}

const commit = await opener(database);
const http = createServer(async (request, response) => {
  const url = new URL(request.url, "http://room");
  if (url.pathname === "/ops") {
    let body = "";
    for await (const chunk of request) body += chunk;
    const op = JSON.parse(body);
    const seq = await commit(op);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ head: seq, results: [{ id: op.id, status: "accepted", seq }] }));
    const at = new Date().toISOString();
    const contribution = { id: String(seq), kind: op.kind, text: op.text, rev: 1, step: null, group: null, answers: null, themes: [], consent: "programme", municipality: null, author: null, on_behalf_of: null, at, late: false, edited: false, status: "visible", warmth: null };
    room.emit("events", { epoch: "node", from: seq - 1, to: seq, head: seq, events: [{ seq, type: "contribution.added", at, set: { contributions: { [seq]: contribution } } }] });
  } else if (url.pathname === "/say") {
    const count = Number(url.searchParams.get("count"));
    const size = Number(url.searchParams.get("size"));
    for (let n = 0; n < count; n += 1) {
      room.emit("events", { n, text: String.fromCharCode(97 + (n % 26)).repeat(size) });
      await new Promise((next) => setImmediate(next));
    }
    response.end("said");
  } else if (url.pathname === "/stats") {
    const { user, system } = process.cpuUsage();
    response.end(JSON.stringify({ rss: process.memoryUsage.rss(), cpu: (user + system) / 1e6, connections: io.engine.clientsCount }));
  } else {
    response.statusCode = 404;
    response.end();
  }
});
http.keepAliveTimeout = 60_000;
const io = new Server(http, { transports: ["websocket"], serveClient: false });
const room = io.of("/live");
room.on("connection", (socket) => {
  socket.on("follow", (_message, answer) => answer({ ok: true }));
});
http.listen(0, "127.0.0.1", 4096, () => console.log(JSON.stringify({ url: `http://127.0.0.1:${http.address().port}`, database })));
process.on("SIGTERM", () => process.exit(0));

/**
 * One request, and what its answer means for who must go on:
 *   {kind: "ok", body}            taken
 *   {kind: "wait", after}         not now (429, 503): again after so many seconds
 *   {kind: "later", problem}      the room is not there yet (409)
 *   {kind: "stop", problem}       not for you, or not any more (401, 403, 404, 410): do not go on asking
 *   {kind: "bad", problem}        this request is wrong (400, 413, 422)
 *   {kind: "away"}                no answer, or not from our server
 */

const STOP = new Set([401, 403, 404, 410]);
const BAD = new Set([400, 405, 413, 415, 422]);

function retryAfter(headers, now) {
  const text = headers.get("Retry-After");
  if (!text) return 2;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.5), 600) : 2;
}

async function read(response) {
  try {
    const body = await response.json();
    return body && typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}

/** `fetch`, `csrf` (() → token or null) and `now` can be given, for tests. */
export function createHttp({ fetch = globalThis.fetch.bind(globalThis), csrf = pageToken, now = () => Date.now() } = {}) {
  return async function request(url, { method = "GET", body = null, seconds = 15, signal = null } = {}) {
    const limit = new AbortController();
    const stop = () => limit.abort();
    signal?.addEventListener("abort", stop, { once: true });
    const timer = setTimeout(stop, seconds * 1000);
    const headers = { Accept: "application/json" };
    const options = { method, headers, signal: limit.signal, credentials: "same-origin", cache: "no-store" };
    if (body !== null) {
      headers["Content-Type"] = "application/json";
      const token = csrf();
      if (token) headers["X-CSRF-Token"] = token;
      options.body = body;
      options.keepalive = body.length < 20000;
    }
    try {
      const response = await fetch(url, options);
      if (response.status === 429 || response.status === 503) return { kind: "wait", after: retryAfter(response.headers, now()) };
      const answer = await read(response);
      if (response.ok) return answer ? { kind: "ok", body: answer } : { kind: "away" };
      if (response.status === 409) return { kind: "later", problem: answer ?? {} };
      const problem = { status: response.status, title: "", detail: "", ...answer };
      if (STOP.has(response.status)) return { kind: "stop", problem };
      if (BAD.has(response.status)) return { kind: "bad", problem };
      return { kind: "away" };
    } catch {
      return { kind: "away" };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  };
}

function pageToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? null;
}

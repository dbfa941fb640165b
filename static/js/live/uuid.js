/**
 * UUIDs of version 7 (RFC 9562), which sort by the time they were made. `crypto.randomUUID` does not exist on plain http, so they are made here;
 * within a millisecond the twelve bits after the version count up, so that the order of making is kept.
 */

let lastTime = 0;
let count = 0;

function randomBytes(n) {
  const bytes = new Uint8Array(n);
  if (globalThis.crypto?.getRandomValues) return globalThis.crypto.getRandomValues(bytes);
  for (let i = 0; i < n; i += 1) bytes[i] = Math.floor(Math.random() * 256);
  return bytes;
}

/** `now`: milliseconds since 1970, by the server's clock as far as it is known. */
export function uuid7(now = Date.now()) {
  const bytes = randomBytes(16);
  const wished = Math.floor(now);
  if (wished > lastTime) {
    lastTime = wished;
    count = ((bytes[6] & 0x07) << 8) | bytes[7];
  } else {
    count += 1;
    if (count > 0xfff) {
      lastTime += 1;
      count = 0;
    }
  }
  let time = lastTime;
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (count >> 8);
  bytes[7] = count & 0xff;
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

import { SINGLETONS } from "./protocol.js";

/**
 * State = fold(events). The whole rule of the wire, and nothing else: what is `set` replaces, what is `gone` goes.
 * A singleton's fields are assigned; the other keys hold entities by id, which are replaced whole. Pure: the old state stays as it was, what did not change is shared with it.
 */


/** What to do with a frame: "reset" (take a snapshot), "old" (nothing new), "gap" (ask events since state.seq), or "apply". */
export function verdict(state, frame) {
  if (frame.reset || frame.epoch !== state.epoch) return "reset";
  if (frame.to <= state.seq) return "old";
  return frame.from > state.seq ? "gap" : "apply";
}

/** The state after a frame of events. Events at or below `state.seq` are known already and passed over. */
export function reduce(state, frame) {
  const next = { ...state };
  const copied = new Set();
  const own = (key) => {
    if (!copied.has(key)) {
      copied.add(key);
      next[key] = { ...next[key] };
    }
    return next[key];
  };
  for (const event of frame.events) {
    if (event.seq <= state.seq) continue;
    for (const [key, value] of Object.entries(event.set ?? {})) Object.assign(own(key), value);
    for (const [key, ids] of Object.entries(event.gone ?? {})) {
      if (SINGLETONS.includes(key)) continue;
      const collection = own(key);
      for (const id of ids) delete collection[id];
    }
  }
  next.seq = Math.max(state.seq, frame.to);
  return next;
}

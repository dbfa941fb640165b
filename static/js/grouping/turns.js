/**
 * Work that may not overtake itself: two moves that are sent at the same time can reach the server in the other order.
 * `run` begins a piece of work when those before it are done, well or not, and gives what it gives; `waiting` is how many are not done yet.
 */
export function inTurns() {
  let last = Promise.resolve();
  let waiting = 0;
  return {
    get waiting() {
      return waiting;
    },
    run(work) {
      waiting += 1;
      const done = last.then(work).finally(() => {
        waiting -= 1;
      });
      last = done.catch(() => undefined);
      return done;
    },
  };
}

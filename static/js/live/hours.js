/** Times of the clock on the wall, in the Netherlands, whatever the device thinks. */

const WALL = new Intl.DateTimeFormat("nl-NL", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Europe/Amsterdam" });
const DAY = 16 * 60;

/** "13.05", to the nearest minute */
export const clockTime = (moment) => WALL.format(moment + 30_000).replace(":", ".");

/** The next moment at which the clock on the wall says "16:30" (as an input of type time gives it); null when that is too far away. */
export function nextAt(typed, now) {
  const start = Math.ceil(now / 60_000) * 60_000;
  for (let minute = 0; minute <= DAY; minute += 1) {
    const moment = start + minute * 60_000;
    if (WALL.format(moment) === typed) return moment;
  }
  return null;
}

/** "16:30", for an input of type time. */
export const forInput = (moment) => WALL.format(moment);

import { tn } from "../text.js";

/** How long still, in the words of templates/questions/_fields.html; the last minutes by the second. `left`: milliseconds. */
export function leftText(left) {
  const seconds = Math.max(0, Math.floor(left / 1000));
  if (seconds >= 172_800) return tn("Nog %(n)s dag", "Nog %(n)s dagen", Math.floor(seconds / 86_400));
  if (seconds >= 7200) return tn("Nog %(n)s uur", "Nog %(n)s uur", Math.floor(seconds / 3600));
  if (seconds >= 300) return tn("Nog %(n)s minuut", "Nog %(n)s minuten", Math.floor(seconds / 60));
  if (seconds >= 60) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return tn("Nog %(n)s seconde", "Nog %(n)s seconden", seconds);
}

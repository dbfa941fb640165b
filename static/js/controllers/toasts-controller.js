import { toast } from "../toast.js";

/** The region for toasts. Anything on the page may say `dispatchEvent(new CustomEvent("kl:toast", { bubbles: true, detail: { text, undo } }))`. */
export default function connect(_element, { signal }) {
  document.addEventListener("kl:toast", (event) => toast(event.detail.text, event.detail), { signal });
}

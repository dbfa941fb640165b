import { t } from "../../text.js";
import { toast } from "../../toast.js";
import { press } from "../page.js";
import { recall, remember } from "../remembered.js";
import { ask } from "./dialogs.js";

const ACTIONS = { n: "next", b: "blank", g: "groups", t: "fit", w: "tray", v: "screen", "+": "extend", "=": "extend", "/": "search", "?": "keys", k: "capture-k", o: "capture-o", i: "capture-i", l: "capture-l", j: "card-next" };
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

/** One key for each thing a facilitator does with one hand free. They do nothing while typing or in a window, and can be switched off. */
export function connectKeys({ root, role, actions, signal }) {
  let on = recall("kl-keys") !== "off";

  function draw() {
    root.dataset.keys = on ? "on" : "off";
    press(root.querySelector('[data-action="keys-switch"]'), on);
  }

  actions.on("keys", () => ask(role("help-dialog")));
  actions.on("keys-switch", () => {
    on = !on;
    remember("kl-keys", on ? "on" : "off");
    draw();
    toast(on ? t("De toetsen doen het weer") : t("De toetsen staan uit"));
  });

  document.addEventListener(
    "keydown",
    (event) => {
      if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || event.defaultPrevented) return;
      if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
      const action = ACTIONS[event.key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      actions.run(action);
    },
    { signal },
  );
  draw();
}

import { t } from "../text.js";
import { toast } from "../toast.js";

/** Copies: `<button data-controller="copy" data-copy="ABCD-EFGH">` or `data-copy-from="#id"`. Works on plain http too, where the clipboard API is absent. */
export default function connect(button, { signal }) {
  button.hidden = false;
  button.addEventListener(
    "click",
    async () => {
      const source = button.dataset.copyFrom ? document.querySelector(button.dataset.copyFrom) : null;
      const text = button.dataset.copy ?? source?.value ?? source?.textContent?.trim() ?? "";
      toast((await copy(text)) ? t("Gekopieerd") : t("Kopiëren lukt hier niet. Selecteer de tekst en kopieer zelf."));
    },
    { signal },
  );
}

export async function copy(text) {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Not allowed: try the old way.
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

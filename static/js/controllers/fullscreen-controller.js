import { t } from "../text.js";
import { toast } from "../toast.js";

/** Shows one part on the whole screen: `<button data-controller="fullscreen" data-fullscreen="#muur" hidden>`; Escape goes back. */
export default function connect(button, { signal }) {
  const part = document.querySelector(button.dataset.fullscreen);
  if (!part?.requestFullscreen || !document.fullscreenEnabled) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await part.requestFullscreen();
    } catch {
      toast(t("Volledig scherm lukt hier niet."));
    }
  }, { signal });
}

import { t } from "../text.js";

const ORDER = ["auto", "light", "dark"];

/** Switches between the device's choice, light and dark. Kept in a cookie, so that the server writes `data-theme` and nothing flashes. */
export default function connect(button, { signal }) {
  const words = button.querySelector('[data-role="theme-text"]') || button;
  const names = { auto: t("Kleuren: zoals je apparaat"), light: t("Kleuren: licht"), dark: t("Kleuren: donker") };
  const now = () => document.documentElement.dataset.theme || "auto";
  const show = () => {
    words.textContent = names[now()];
  };
  button.hidden = false;
  show();
  button.addEventListener(
    "click",
    () => {
      const next = ORDER[(ORDER.indexOf(now()) + 1) % ORDER.length];
      if (next === "auto") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      document.cookie = `kl_theme=${next}; path=/; max-age=${next === "auto" ? 0 : 31536000}; SameSite=Lax`;
      show();
    },
    { signal },
  );
}

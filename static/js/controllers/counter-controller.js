import { t } from "../text.js";

/** Says how many characters of a textarea are used: in `[data-role=counter]` of the same field, which is made when it is not there. */
export default function connect(area, { signal }) {
  const limit = Number(area.getAttribute("maxlength") || area.dataset.limit || 0);
  const field = area.closest(".field") || area.parentElement;
  let counter = field.querySelector('[data-role="counter"]');
  if (!counter) {
    counter = document.createElement("p");
    counter.className = "small muted counter";
    counter.dataset.role = "counter";
    field.append(counter);
  }
  const show = () => {
    const used = [...area.value].length;
    counter.textContent = limit ? t("%(used)s van %(limit)s tekens", { used, limit }) : t("%(used)s tekens", { used });
    counter.toggleAttribute("data-over", limit > 0 && used > limit);
  };
  area.addEventListener("input", show, { signal });
  area.form?.addEventListener("reset", () => setTimeout(show), { signal });
  show();
}

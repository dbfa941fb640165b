/** A `<details>` that is a menu: closes on Escape, on a click elsewhere and after a choice. Without script it is just a details. */
export default function connect(details, { signal }) {
  const close = (back) => {
    if (!details.open) return;
    details.open = false;
    if (back) details.querySelector("summary")?.focus();
  };
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close(true);
  }, { signal });
  document.addEventListener("click", (event) => !details.contains(event.target) && close(false), { signal });
  details.addEventListener("click", (event) => event.target.closest(".menu__sheet button, .menu__sheet a") && close(true), { signal });
}

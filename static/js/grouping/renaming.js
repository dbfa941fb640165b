/** A name that is changed in place: F2 or a double click puts an input where the title stands. Enter and leaving keep it, Escape does not. */
import { t } from "../text.js";

export function rename(column, send) {
  const form = column.querySelector('[data-role="rename"]');
  const title = column.querySelector('[data-role="title"]');
  if (!form || column.querySelector(".theme__rename")) return;
  const input = document.createElement("input");
  input.className = "theme__rename";
  input.value = title.textContent.trim();
  input.maxLength = 120;
  input.setAttribute("aria-label", t("Naam van het thema"));
  const header = title.parentElement;
  header.setAttribute("data-editing", "");
  title.hidden = true;
  title.after(input);
  input.focus();
  input.select();
  const close = () => {
    header.removeAttribute("data-editing");
    title.hidden = false;
    input.remove();
  };
  const save = () => {
    if (!input.isConnected) return;
    const name = input.value.trim();
    const was = title.textContent.trim();
    close();
    if (!name || name === was) return;
    title.textContent = name;
    send(form.action, new URLSearchParams({ title: name }));
  };
  input.addEventListener("blur", save);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
    if (event.key === "Escape") close();
    if (event.key === "Enter" || event.key === "Escape") {
      if (event.key === "Enter") save();
      column.querySelector("summary")?.focus();
    }
    event.stopPropagation();
  });
}

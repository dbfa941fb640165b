import { forget, recall, remember } from "../live/remembered.js";

/** The door: the name and municipality you gave last time are filled in, and a code gets its dash. Without script it is a plain form. */
export default function connect(form, { signal }) {
  const name = form.elements.namedItem("name");
  const municipality = form.elements.namedItem("municipality");
  const code = form.elements.namedItem("code");
  const known = recall("kl-me") ?? {};
  if (name && !name.value && known.name) name.value = known.name;
  if (municipality && !municipality.value && known.municipality) municipality.value = [...municipality.options].some((one) => one.value === known.municipality) ? known.municipality : "";

  form.addEventListener(
    "submit",
    () => {
      if (name?.value || municipality?.value) remember("kl-me", { name: name?.value.trim() ?? "", municipality: municipality?.value ?? "" });
      else forget("kl-me");
    },
    { signal },
  );

  if (code?.type !== "text") return;
  code.addEventListener(
    "input",
    (event) => {
      if (event.inputType?.startsWith("delete") || code.selectionEnd !== code.value.length) return;
      const letters = code.value.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, 8);
      code.value = letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
    },
    { signal },
  );
}

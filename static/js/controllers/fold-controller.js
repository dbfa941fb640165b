/**
 * On a small screen the groups of a long list of choices begin folded, save those in which something is chosen.
 *
 *   <aside data-controller="fold"><details open>…</details><details open data-chosen>…</details></aside>
 */
export const NARROW = "(max-width: 55.99rem)";

export default function connect(element) {
  if (!matchMedia(NARROW).matches) return;
  for (const group of element.querySelectorAll(":scope > details[open]:not([data-chosen])")) group.open = false;
}

/**
 * A form that takes back what was just done: `<form data-controller="undo" data-seconds="10">` in a flash message.
 * After so many seconds it goes away, unless somebody is on it.
 */
export default function connect(form, { signal }) {
  const seconds = Number(form.dataset.seconds || 10);
  const holder = form.closest(".notice") || form;
  const goAway = () => {
    if (holder.matches(":hover") || holder.contains(document.activeElement)) timer = setTimeout(goAway, 2000);
    else form.remove();
  };
  let timer = setTimeout(goAway, seconds * 1000);
  signal.addEventListener("abort", () => clearTimeout(timer));
}

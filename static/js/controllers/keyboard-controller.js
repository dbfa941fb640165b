/**
 * Keeps the foot of the phone above the keyboard where the browser lays the keyboard over the page (Safari on iOS): the height that is covered
 * goes into `--kl-keyboard`. Where `interactive-widget=resizes-content` works, that height is nought.
 */
export default function connect(_element, { signal }) {
  const view = window.visualViewport;
  if (!view) return;
  const measure = () => {
    const covered = view.scale > 1.05 ? 0 : Math.max(0, Math.round(window.innerHeight - view.height - view.offsetTop));
    document.documentElement.style.setProperty("--kl-keyboard", `${covered > 60 ? covered : 0}px`);
  };
  view.addEventListener("resize", measure, { signal });
  view.addEventListener("scroll", measure, { signal });
  measure();
}

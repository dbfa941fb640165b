/** A button that prints the page. Without script there is no button, and the browser's own menu prints as well. */
export default function connect(button, { signal }) {
  button.hidden = false;
  button.addEventListener("click", () => window.print(), { signal });
}

/**
 * A button that opens a `<dialog>`: `<button data-controller="dialog" data-dialog="filters">`. A click beside it or Escape closes it, and the
 * focus goes back to the button. `data-dialog-url` fetches the content of `.panel__body` when it opens (a page fragment from this server).
 */
export default function connect(button, { signal }) {
  const dialog = document.getElementById(button.dataset.dialog);
  if (!dialog) return;
  button.hidden = false;
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener(
    "click",
    async (event) => {
      event.preventDefault();
      dialog.showModal();
      if (!button.dataset.dialogUrl) return;
      const body = dialog.querySelector(".panel__body") || dialog;
      body.setAttribute("aria-busy", "true");
      const answer = await fetch(button.dataset.dialogUrl, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      body.replaceChildren(...(page.querySelector("[data-fragment]") || page.body).childNodes);
      body.removeAttribute("aria-busy");
    },
    { signal },
  );
  dialog.addEventListener("click", (event) => event.target === dialog && outside(dialog, event) && dialog.close(), { signal });
  dialog.addEventListener("close", () => button.focus(), { signal });
}

function outside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

import { setText } from "../page.js";

/** Opens a `<dialog>` with a form of method=dialog and waits: gives the value of the button that closed it, "" for Escape. The focus goes back. */
export function ask(dialog) {
  const before = document.activeElement;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        if (before?.isConnected) before.focus({ preventScroll: true });
        resolve(dialog.returnValue);
      },
      { once: true },
    );
  });
}

/** For what cannot be undone: a question with its own verb on the button. */
export async function confirmed(dialog, { title, text, verb }) {
  setText(dialog.querySelector('[data-role="confirm-title"]'), title);
  setText(dialog.querySelector('[data-role="confirm-text"]'), text);
  setText(dialog.querySelector('[data-role="confirm-verb"]'), verb);
  return (await ask(dialog)) === "yes";
}

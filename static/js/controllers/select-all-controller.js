/** Buttons that tick all boxes of a list, or none: `[data-role="all"]` holds them (values `all` and `none`), `[data-role="list"]` the boxes. */
export default function connect(root, { signal }) {
  const row = root.querySelector('[data-role="all"]');
  const list = root.querySelector('[data-role="list"]');
  if (!row || !list) return;
  row.hidden = false;
  row.addEventListener(
    "click",
    (event) => {
      const wish = event.target.closest("button")?.value;
      if (!wish) return;
      for (const box of list.querySelectorAll('input[type="checkbox"]')) box.checked = wish === "all";
    },
    { signal },
  );
}

/** A form in which one of several texts goes on: choosing another one puts its words in the field, unless somebody wrote there. */
export default function connect(form, { signal }) {
  const field = form.querySelector("[data-role=text]");
  let put = field.value;
  const known = [...form.querySelectorAll("[data-text]")].map((one) => one.dataset.text);
  if (!known.includes(put)) put = null;
  form.addEventListener("change", (event) => {
    const text = event.target.dataset?.text;
    if (text === undefined || (put !== null && field.value !== put)) return;
    field.value = put = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, { signal });
}

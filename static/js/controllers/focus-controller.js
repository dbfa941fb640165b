/** Brings the focus here when the page opens: the summary of what is wrong with a form. */
export default function connect(element) {
  element.focus({ preventScroll: false });
}

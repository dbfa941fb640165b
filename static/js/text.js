/**
 * Words in scripts. Dutch is the source language: the Dutch sentence is the key, a catalogue in the page holds the other language.
 *
 *   t("Nog %(minutes)s minuten", { minutes: 3 })
 *   tn("%(n)s nog niet verzonden", "%(n)s nog niet verzonden", 2)
 *
 * The catalogue is `<script type="application/json" id="kl-catalogue">{"locale": "en", "messages": {"…": "…" | ["one", "other"]}}</script>`.
 * A page without it, or a sentence that is not in it, speaks Dutch.
 */

/** @type {{locale: string, messages: Record<string, string|string[]>}|null} */
let catalogue = null;

function load() {
  if (catalogue) return catalogue;
  catalogue = { locale: "nl", messages: {} };
  const holder = typeof document === "undefined" ? null : document.getElementById("kl-catalogue");
  if (holder) {
    try {
      const read = JSON.parse(holder.textContent || "{}");
      catalogue = { locale: read.locale || "nl", messages: read.messages || {} };
    } catch {
      // A broken catalogue must not take the page down; Dutch is the fall-back.
    }
  }
  return catalogue;
}

/** For tests and for pages that fetch their words: replace the catalogue. */
export function setCatalogue(next) {
  catalogue = next;
}

/** Puts `%(name)s` values in; an unknown name stays visible, so that a mistake is seen. */
export function fill(sentence, values = {}) {
  return sentence.replace(/%\((\w+)\)[sd]/g, (whole, name) => (name in values ? String(values[name]) : whole)).replaceAll("%%", "%");
}

/** The sentence in the language of the page. */
export function t(sentence, values = {}) {
  const found = load().messages[sentence];
  return fill(typeof found === "string" && found ? found : sentence, values);
}

/** One or many; `%(n)s` is the number. Dutch and English both have two forms. */
export function tn(one, many, n, values = {}) {
  const found = load().messages[one];
  const numbered = { n: formatNumber(n), ...values };
  if (Array.isArray(found)) return fill(n === 1 ? found[0] : found[1], numbered);
  return t(n === 1 ? one : many, numbered);
}

export function formatNumber(n) {
  return new Intl.NumberFormat(load().locale).format(n);
}

export function locale() {
  return load().locale;
}

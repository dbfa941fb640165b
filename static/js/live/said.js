import { t } from "../text.js";

/** The words for what people say of last time's actions and answers. */
export const saidWords = () => ({
  done: t("gedaan"),
  carried_on: t("loopt nog"),
  dropped: t("vervallen"),
  worked: t("werkte"),
  partly: t("werkte deels"),
  failed: t("werkte niet"),
  not_yet: t("nog niet geprobeerd"),
});

const ORDER = ["done", "carried_on", "dropped", "worked", "partly", "failed", "not_yet"];

/** "2 × gedaan, 1 × loopt nog"; empty when nobody said anything. */
export function sumWords(sums = {}) {
  const words = saidWords();
  return ORDER.filter((name) => sums[name])
    .map((name) => t("%(n)s × %(word)s", { n: sums[name], word: words[name] }))
    .join(", ");
}

import { t, tn } from "../text.js";

/** What came of something from the archive, in one sentence: by municipalities, by their last word. */
export function outcome(hit) {
  if (hit.worked && hit.worked_in?.length) return t("Werkte in %(places)s.", { places: hit.worked_in.join(", ") });
  if (hit.worked) return tn("Werkte in %(n)s gemeente.", "Werkte in %(n)s gemeenten.", hit.worked);
  if (hit.partly) return tn("Werkte deels in %(n)s gemeente.", "Werkte deels in %(n)s gemeenten.", hit.partly);
  if (hit.failed) return tn("Werkte niet in %(n)s gemeente.", "Werkte niet in %(n)s gemeenten.", hit.failed);
  if (hit.tried) return tn("Geprobeerd in %(n)s gemeente; hoe het ging is nog niet bekend.", "Geprobeerd in %(n)s gemeenten; hoe het ging is nog niet bekend.", hit.tried);
  return t("Nog niet bekend of het werkte.");
}

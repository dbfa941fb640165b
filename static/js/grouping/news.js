/** Answers of the server, pure: which may be used, how two become one, and what they mean for the columns on the page. */

/** Whether an answer says anything that this page does not know; one that was overtaken by a newer one does not. */
export function isNews(known, news) {
  return Boolean(news.columns) && news.head >= known.head;
}

/** Two answers that could not be shown yet, as one. The later one counts where both say something. */
export function joined(earlier, later) {
  if (!earlier) return later;
  const [older, newer] = later.head >= earlier.head ? [earlier, later] : [later, earlier];
  return { ...newer, columns: { ...older.columns, ...newer.columns }, tools: newer.tools ?? older.tools, said: [...(older.said ?? []), ...(newer.said ?? [])].slice(-3) };
}

/** What to do with the columns: `gone` to take away, `changed` to make anew or bring up to date, `order` of all. */
export function plan(present, news) {
  const order = news.order.filter((key) => present.includes(key) || key in news.columns);
  return { gone: present.filter((key) => !news.order.includes(key)), changed: order.filter((key) => key in news.columns), order };
}

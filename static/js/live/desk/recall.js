import { t, tn } from "../../text.js";
import { fromTemplate, setData, setKind, setText, show, syncList } from "../page.js";
import { ask } from "./dialogs.js";

const PAUSE = 300;

/** What earlier labs found: beside what is being typed, and in the search window (`/`). A hit opens in a tab of its own; the desk stays. */
export function connectRecall({ room, role, actions, signal }) {
  const url = room.boot.urls.recall;
  let latest = 0;
  let timer = null;

  async function find(words, done) {
    latest += 1;
    const mine = latest;
    if (words.trim().split(/\s+/).length < 2) return done([]);
    const address = new URL(url, location.origin);
    address.searchParams.set("q", words.slice(0, 400));
    const answer = await room.http(address.pathname + address.search);
    if (mine === latest && answer.kind === "ok") done(answer.body.hits ?? []);
    return null;
  }

  function draw(list, hits) {
    syncList(list, hits, {
      key: (hit) => hit.url,
      make: () => fromTemplate("recall"),
      update(element, hit) {
        setData(element, "id", hit.url);
        setKind(element, hit.kind);
        setText(element.querySelector('[data-role="title"]'), hit.title);
        setText(element.querySelector('[data-role="why"]'), hit.snippet ?? "");
      },
    });
  }

  function openHit(event) {
    const item = event.target.closest("[data-id]");
    if (!item) return;
    const address = new URL(item.dataset.id, location.origin);
    if (address.origin === location.origin) window.open(address, "_blank", "noopener");
  }

  for (const name of ["recall", "search-list"]) {
    const list = role(name);
    list.dataset.ownActions = "";
    list.addEventListener("click", openHit, { signal });
  }

  const later = (work) => {
    clearTimeout(timer);
    timer = setTimeout(work, PAUSE);
  };

  role("search").addEventListener(
    "input",
    (event) =>
      later(() =>
        find(event.target.value, (hits) => {
          draw(role("search-list"), hits);
          const few = event.target.value.trim().split(/\s+/).length < 2;
          setText(role("search-count"), few ? t("Typ twee of meer woorden.") : tn("%(n)s gevonden", "%(n)s gevonden", hits.length));
        }),
      ),
    { signal },
  );
  role("search").addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault(), { signal });
  actions.on("search", () => ask(role("search-dialog")));

  return {
    /** Beside the capture box: what looks like these words. */
    beside(words) {
      later(() =>
        find(words, (hits) => {
          draw(role("recall"), hits.slice(0, 4));
          show(role("recall"), hits.length > 0);
        }),
      );
    },
    clear() {
      clearTimeout(timer);
      latest += 1;
      show(role("recall"), false);
    },
  };
}

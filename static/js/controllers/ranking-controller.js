import { t, tn } from "../text.js";

/**
 * Themes in order of wish. Tapping a theme chooses it, arrows (and Alt with an arrow key) and a drag by the handle move it, the cross
 * puts it back. The selects that work without this script carry what is sent. Every move is said.
 */
export default function connect(form, { signal }) {
  const chosen = form.querySelector("[data-role=chosen]");
  const others = form.querySelector("[data-role=others]");
  const spoken = form.querySelector("[data-role=spoken]");
  const least = Number(form.dataset.least) || 1;
  const first = [...form.querySelectorAll("[data-theme]")].map((theme) => theme.dataset.theme).sort((a, b) => a - b);
  const part = (theme, role) => theme.querySelector(`[data-role=${role}]`);

  const show = () => {
    const order = [...chosen.children];
    for (const theme of form.querySelectorAll("[data-theme]")) {
      const at = order.indexOf(theme);
      theme.querySelector("select").value = at < 0 ? "" : String(at + 1);
      part(theme, "place").textContent = at < 0 ? "" : String(at + 1);
      part(theme, "up").disabled = at === 0;
      part(theme, "down").disabled = at === order.length - 1;
    }
    form.querySelector("[data-role=none]").hidden = order.length > 0;
    form.querySelector("[data-role=rest]").hidden = !others.children.length;
    const left = form.querySelector("[data-role=left]");
    const missing = least - order.length;
    left.hidden = false;
    left.textContent =
      missing > 0
        ? tn("Kies nog %(n)s thema.", "Kies nog %(n)s thema’s.", missing)
        : tn("Je koos %(n)s thema.", "Je koos %(n)s thema’s.", order.length);
  };

  const say = (theme) => {
    const at = [...chosen.children].indexOf(theme);
    const title = theme.dataset.title;
    spoken.textContent =
      at < 0
        ? t("%(title)s is niet meer gekozen.", { title })
        : t("%(title)s staat op plaats %(place)s van %(all)s.", { title, place: at + 1, all: chosen.children.length });
  };

  const move = (theme, act, focus) => {
    act();
    show();
    say(theme);
    const wanted = focus && part(theme, focus);
    if (wanted) (wanted.disabled ? part(theme, wanted.dataset.role === "up" ? "down" : "up") : wanted).focus({ preventScroll: true });
  };

  const take = (theme, focus) => move(theme, () => chosen.append(theme), focus && "up");
  const drop = (theme) =>
    move(
      theme,
      () => {
        const after = [...others.children].find((one) => first.indexOf(one.dataset.theme) > first.indexOf(theme.dataset.theme));
        others.insertBefore(theme, after || null);
      },
      "take",
    );
  const up = (theme, focus) => theme.previousElementSibling && move(theme, () => theme.previousElementSibling.before(theme), focus);
  const down = (theme, focus) => theme.nextElementSibling && move(theme, () => theme.nextElementSibling.after(theme), focus);

  form.addEventListener("click", (event) => {
    const theme = event.target.closest("[data-theme]");
    if (!theme) return;
    const role = event.target.closest("button")?.dataset.role;
    if (role === "take") take(theme, event.detail === 0);
    else if (role === "drop") drop(theme);
    else if (role === "up") up(theme, "up");
    else if (role === "down") down(theme, "down");
    else if (!role && theme.parentElement === others && !event.target.closest("summary, label, select, input, .choose__questions")) take(theme);
  }, { signal });

  form.addEventListener("keydown", (event) => {
    const theme = event.target.closest?.("[data-theme]");
    if (!theme || !event.altKey || theme.parentElement !== chosen || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const role = event.target.dataset?.role === "drop" ? "drop" : event.key === "ArrowUp" ? "up" : "down";
    (event.key === "ArrowUp" ? up : down)(theme, role);
  }, { signal });

  form.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-role=handle]");
    const theme = handle?.closest("[data-theme]");
    if (!theme || theme.parentElement !== chosen || event.button) return;
    event.preventDefault();
    const life = new AbortController();
    const ends = { signal: AbortSignal.any([signal, life.signal]) };
    theme.setAttribute("data-dragged", "");
    const stop = () => {
      life.abort();
      theme.removeAttribute("data-dragged");
      show();
      say(theme);
    };
    document.addEventListener("pointermove", (moved) => {
      const [above, below] = [theme.previousElementSibling, theme.nextElementSibling];
      const middle = (one) => one.getBoundingClientRect().top + one.offsetHeight / 2;
      if (above && moved.clientY < middle(above)) above.before(theme);
      else if (below && moved.clientY > middle(below)) below.after(theme);
      else return;
      show();
    }, ends);
    document.addEventListener("pointerup", stop, ends);
    document.addEventListener("pointercancel", stop, ends);
  }, { signal });

  show();
}

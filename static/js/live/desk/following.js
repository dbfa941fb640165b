import { press, setData } from "../page.js";
import { plenaryRun, runsByGroup } from "../runs.js";

/**
 * What the middle of the desk is about: the wall of everybody, all groups at once, or one group that is followed. A run of the whole room is
 * followed by itself.
 */
export function createFollowing({ room, root, actions }) {
  let view = "wall";
  let group = null;

  const following = {
    get view() {
      return view;
    },

    /** The group that is looked at, or null. */
    get group() {
      return group && room.state?.groups[group] ? group : null;
    },

    /** The run that the desk leads now: of the followed group, else that of the whole room. */
    get run() {
      const { state } = room;
      if (!state) return null;
      if (following.group) return runsByGroup(state).get(following.group) ?? null;
      return plenaryRun(state);
    },

    /** Changes when the wall has to be drawn again because of it. */
    get key() {
      return following.group ?? "";
    },

    /** Whether a card belongs on the wall now. */
    shows(card) {
      return !following.group || card.group === following.group;
    },

    look(next) {
      view = next;
      room.changed();
    },

    follow(id) {
      group = id;
      view = "wall";
      room.changed();
    },

    draw() {
      setData(root, "deskView", view);
      setData(root, "following", following.group);
      setData(root, "leading", following.run ? "" : null); // then N is the run's
      for (const button of root.querySelectorAll('[data-action="view"]')) press(button, button.dataset.view === view || (view === "seats" && button.dataset.view === "groups"));
    },
  };

  actions.on("view", (button) => {
    if (button?.dataset.view === "wall" && view === "wall") following.follow(null);
    else following.look(button?.dataset.view ?? "wall");
  });
  actions.on("groups", () => following.look(view === "groups" ? "wall" : "groups"));
  actions.on("unfollow", () => following.follow(null));
  return following;
}

import { announcing } from "../live/announce.js";
import { createActions } from "../live/desk/actions.js";
import { connectAsked } from "../live/desk/asked.js";
import { connectCapture } from "../live/desk/capture.js";
import { connectCards } from "../live/desk/cards.js";
import { connectChoice } from "../live/desk/choose.js";
import { connectFitting } from "../live/desk/fitting.js";
import { createFollowing } from "../live/desk/following.js";
import { arrive, connectHandover } from "../live/desk/handover.js";
import { connectHead } from "../live/desk/head.js";
import { connectKeys } from "../live/desk/keys.js";
import { connectLooking } from "../live/desk/looking.js";
import { connectMethods } from "../live/desk/methods.js";
import { connectModeration } from "../live/desk/moderation.js";
import { connectPeople } from "../live/desk/people.js";
import { connectPreview } from "../live/desk/preview.js";
import { connectRecall } from "../live/desk/recall.js";
import { connectRemote } from "../live/desk/remote.js";
import { connectSteps } from "../live/desk/steps.js";
import { connectVotes } from "../live/desk/votes.js";
import { connectWall } from "../live/desk/wall.js";
import { rolesOf } from "../live/page.js";
import { OPS } from "../live/protocol.js";
import { roomOfPage } from "../live/room.js";
import { showTimer } from "../live/timer.js";
import { toast } from "../toast.js";

/** The facilitator's desk. The hooks are described in templates/live/desk.html. */
export default async function connect(root, { signal }) {
  const room = roomOfPage();
  arrive(room.boot);
  const role = rolesOf(root);
  const actions = createActions(root, signal);
  const following = createFollowing({ room, root, actions });
  const parts = { room, root, role, actions, following, signal };
  const recall = connectRecall(parts);
  const capture = connectCapture({ ...parts, recall });
  const cards = connectCards({ ...parts, capture, recall });
  const votes = connectVotes(parts);
  const draws = [
    connectHead(parts),
    connectSteps(parts),
    connectWall({ ...parts, cards }),
    connectChoice({ ...parts, cards }),
    connectModeration(parts),
    () => capture.draw(),
    () => votes.draw(),
    connectPeople(parts),
    connectRemote({ ...parts, votes }),
    connectMethods(parts),
    connectFitting(parts),
    connectAsked(parts),
    connectLooking(parts),
  ];
  for (const draw of draws) room.onRender(draw);
  connectKeys(parts);
  connectHandover(parts);
  connectPreview({ ...parts, votes });
  const clock = setInterval(() => room.changed(), 15_000); // how late it is depends on the clock alone
  signal.addEventListener("abort", () => clearInterval(clock));

  announcing(room, role("announce"));
  showTimer({ element: role("timer"), signal, now: () => room.clock.now(), step: () => (room.state?.lab.state === "closed" ? null : room.state?.step) });
  room.on("answer", ({ entry, result }) => {
    if (result.status === "refused" && entry.op.type !== OPS.step_go) toast([result.problem.title, result.problem.detail].filter(Boolean).join(". "), { seconds: 10 });
  });

  await room.start(signal);
}

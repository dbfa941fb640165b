// Made by `kennislab messages` from kennislab/live/messages/. Do not edit: change it there and run the command.

/**
 * Puts something on the wall. ``answers``: the bottleneck or question it answers; ``run`` and ``position`` (step/unit/part): where in a method it was begun; ``cell``: of a matrix; ``step``: where it was written, when that has passed; ``recalls``: the archived item that helped before; ``paper``: who leads enters a card that was written on paper.
 * @typedef {Object} ContributionAdd
 * @property {string} id
 * @property {"contribution.add"} type
 * @property {"question"|"bottleneck"|"solution"|"insight"|"lesson"|"linking_opportunity"|"advice"|"association"|"action"|"fact"|"success_factor"|"value"|"choice"|"evaluation"} kind
 * @property {string} text
 * @property {string|null} [group]
 * @property {string|null} [answers]
 * @property {string[]} [themes]
 * @property {string|null} [on_behalf_of]
 * @property {"group"|"programme"|"public_anonymous"|"public_city"} [consent]
 * @property {string|null} [step]
 * @property {string|null} [run]
 * @property {string|null} [position]
 * @property {{row: string, column: string}|null} [cell]
 * @property {string|null} [recalls]
 * @property {{card?: string|null, municipality?: string|null}|null} [paper]
 */

/**
 * New text for what I wrote, based on revision ``base_rev``.
 * @typedef {Object} ContributionEdit
 * @property {string} id
 * @property {"contribution.edit"} type
 * @property {string} contribution
 * @property {number} base_rev
 * @property {string} text
 */

/**
 * Takes back what I wrote.
 * @typedef {Object} ContributionRetract
 * @property {string} id
 * @property {"contribution.retract"} type
 * @property {string} contribution
 */

/**
 * Facilitator: off the wall, kept.
 * @typedef {Object} ContributionHide
 * @property {string} id
 * @property {"contribution.hide"} type
 * @property {string} contribution
 */

/**
 * Facilitator: back on the wall; also approves one that waits for moderation.
 * @typedef {Object} ContributionShow
 * @property {string} id
 * @property {"contribution.show"} type
 * @property {string} contribution
 */

/**
 * Facilitator: another kind, group, bottleneck it answers, archived item, or other themes. What is left out stays as it is.
 * @typedef {Object} ContributionMove
 * @property {string} id
 * @property {"contribution.move"} type
 * @property {string} contribution
 * @property {"question"|"bottleneck"|"solution"|"insight"|"lesson"|"linking_opportunity"|"advice"|"association"|"action"|"fact"|"success_factor"|"value"|"choice"|"evaluation"|null} [kind]
 * @property {string|null} [group]
 * @property {string|null} [answers]
 * @property {string[]|null} [themes]
 * @property {string|null} [recalls]
 */

/**
 * Facilitator: what one card says becomes several. The first text stays on it; each other gets a card, from the same person.
 * @typedef {Object} ContributionSplit
 * @property {string} id
 * @property {"contribution.split"} type
 * @property {string} contribution
 * @property {string[]} texts
 */

/**
 * Facilitator: takes the last splitting of this card back.
 * @typedef {Object} ContributionUnsplit
 * @property {string} id
 * @property {"contribution.unsplit"} type
 * @property {string} contribution
 */

/**
 * Facilitator: cards that say the same become one. ``into`` stays, with its words or with ``text``; the others are kept under it.
 * @typedef {Object} ContributionMerge
 * @property {string} id
 * @property {"contribution.merge"} type
 * @property {string} into
 * @property {string[]} from
 * @property {string|null} [text]
 */

/**
 * Facilitator: takes the last merging into this card back.
 * @typedef {Object} ContributionUnmerge
 * @property {string} id
 * @property {"contribution.unmerge"} type
 * @property {string} contribution
 */

/**
 * Case owner or facilitator: how close a question comes.
 * @typedef {Object} QuestionMark
 * @property {string} id
 * @property {"question.mark"} type
 * @property {string} contribution
 * @property {"warm"|"neutral"|"cold"} warmth
 */

/**
 * An agreement, with who does it and when.
 * @typedef {Object} ActionAdd
 * @property {string} id
 * @property {"action.add"} type
 * @property {string} text
 * @property {string|null} [owner]
 * @property {string|null} [due]
 */

/**
 * Facilitator: so many new groups instead of those there are. ``count_off``: everybody is dealt out; ``by_municipality``: so that each group has people of as many municipalities as can be; ``by_hand``: empty groups, to be filled with `participant.move`.
 * @typedef {Object} GroupMake
 * @property {string} id
 * @property {"group.make"} type
 * @property {"count_off"|"by_municipality"|"by_hand"} how
 * @property {number} number
 */

/**
 * Facilitator: one more group.
 * @typedef {Object} GroupAdd
 * @property {string} id
 * @property {"group.add"} type
 * @property {string} name
 */

/**
 * Facilitator: another name for a group.
 * @typedef {Object} GroupRename
 * @property {string} id
 * @property {"group.rename"} type
 * @property {string} group
 * @property {string} name
 */

/**
 * Facilitator: this group is no more; its people are with all again, what it made stays.
 * @typedef {Object} GroupRemove
 * @property {string} id
 * @property {"group.remove"} type
 * @property {string} group
 */

/**
 * Facilitator: a message on the phones of a group (none: of all groups and of who is in none). Empty text takes it away.
 * @typedef {Object} GroupSay
 * @property {string} id
 * @property {"group.say"} type
 * @property {string|null} [group]
 * @property {string} text
 */

/**
 * Facilitator: everybody back to plenary, or out to the groups again. Where the groups were is kept.
 * @typedef {Object} GroupGather
 * @property {string} id
 * @property {"group.gather"} type
 * @property {boolean} [on]
 */

/**
 * Facilitator: a method begins in this group (none: with everybody). ``case``: what it is about, then collecting and choosing cases is passed over; ``minutes``: what it has to fit in.
 * @typedef {Object} RunStart
 * @property {string} id
 * @property {"run.start"} type
 * @property {string|null} [group]
 * @property {string} method
 * @property {string|null} [case]
 * @property {number|null} [minutes]
 */

/**
 * Facilitator or discussion leader: the next part, the one before, or any; only if the run is still at ``rev``.
 * @typedef {Object} RunGo
 * @property {string} id
 * @property {"run.go"} type
 * @property {string} run
 * @property {number} rev
 * @property {"next"|"previous"|{step: number, unit?: number, part?: number}} [to]
 */

/**
 * Facilitator or discussion leader: more time (or, negative, less), pause, or on.
 * @typedef {Object} RunTimer
 * @property {string} id
 * @property {"run.timer"} type
 * @property {string} run
 * @property {"extend"|"pause"|"resume"} change
 * @property {number} [seconds]
 */

/**
 * Facilitator or discussion leader: this person has this role from now on (none: no special one).
 * @typedef {Object} RunRole
 * @property {string} id
 * @property {"run.role"} type
 * @property {string} run
 * @property {string} participant
 * @property {"discussion_leader"|"case_owner"|"note_taker"|"timekeeper"|"example_giver"|"question_owner"|"presenter"|"observer"|"table_host"|null} [role]
 */

/**
 * Facilitator or discussion leader: shows what was written hidden in this step.
 * @typedef {Object} RunReveal
 * @property {string} id
 * @property {"run.reveal"} type
 * @property {string} run
 */

/**
 * Facilitator or discussion leader: the method is over; what was hidden is shown.
 * @typedef {Object} RunEnd
 * @property {string} id
 * @property {"run.end"} type
 * @property {string} run
 */

/**
 * Brings in a case, in my group. ``confidential``: it stays in the group; ``question``: my own knowledge question that it is.
 * @typedef {Object} CasePitch
 * @property {string} id
 * @property {"case.pitch"} type
 * @property {string} text
 * @property {boolean} [confidential]
 * @property {string|null} [question]
 */

/**
 * Other words for my case, as long as it has not been taken up.
 * @typedef {Object} CaseEdit
 * @property {string} id
 * @property {"case.edit"} type
 * @property {string} case
 * @property {string} text
 */

/**
 * Takes back my case.
 * @typedef {Object} CaseWithdraw
 * @property {string} id
 * @property {"case.withdraw"} type
 * @property {string} case
 */

/**
 * Facilitator or discussion leader: this case is next.
 * @typedef {Object} CaseChoose
 * @property {string} id
 * @property {"case.choose"} type
 * @property {string} case
 */

/**
 * Its owner, afterwards: whether what came of a confidential case may go into the harvest.
 * @typedef {Object} CaseHarvest
 * @property {string} id
 * @property {"case.harvest"} type
 * @property {string} case
 * @property {boolean} yes
 */

/**
 * My whole vote in this ballot; replaces an earlier one. ``choices``: choice id → dots, 1–5, or 1 for the one; ``reason``: why.
 * @typedef {Object} VoteCast
 * @property {string} id
 * @property {"vote.cast"} type
 * @property {string} ballot
 * @property {Record<string, number>} choices
 * @property {string|null} [reason]
 */

/**
 * Facilitator: what people without a phone voted by raising their hands; replaces an earlier count. ``hands``: how many people; ``choices``: choice id → their dots, hands, or marks added up; ``rated``: choice id → how many of them gave a mark (only for 1–5).
 * @typedef {Object} BallotCount
 * @property {string} id
 * @property {"ballot.count"} type
 * @property {string} ballot
 * @property {number} hands
 * @property {Record<string, number>} [choices]
 * @property {Record<string, number>} [rated]
 */

/**
 * Facilitator: takes a reason off the screens wherever it was given with these words, or (``on`` false) lets everybody read it.
 * @typedef {Object} ReasonHide
 * @property {string} id
 * @property {"reason.hide"} type
 * @property {string} ballot
 * @property {string} text
 * @property {boolean} [on]
 */

/**
 * Facilitator: opens a vote, or (without one) opens phones for input again.
 * @typedef {Object} RoundOpen
 * @property {string} id
 * @property {"round.open"} type
 * @property {{title: string, kind?: "dots"|"rating"|"choice", budget?: number, choices?: string[], again?: string|null, group?: string|null, secret?: boolean}|null} [ballot]
 */

/**
 * Facilitator: closes this vote and shows the result, or (without one) closes phones for input.
 * @typedef {Object} RoundClose
 * @property {string} id
 * @property {"round.close"} type
 * @property {string|null} [ballot]
 */

/**
 * Facilitator: everybody to this step; only if the room is still at ``step_rev``.
 * @typedef {Object} StepGo
 * @property {string} id
 * @property {"step.go"} type
 * @property {string} to
 * @property {number} step_rev
 */

/**
 * Facilitator: so many seconds more (or, negative, less).
 * @typedef {Object} TimerExtend
 * @property {string} id
 * @property {"timer.extend"} type
 * @property {number} seconds
 */

/**
 * Facilitator: stops the clock.
 * @typedef {Object} TimerPause
 * @property {string} id
 * @property {"timer.pause"} type
 */

/**
 * Facilitator: the clock goes on.
 * @typedef {Object} TimerResume
 * @property {string} id
 * @property {"timer.resume"} type
 */

/**
 * Facilitator: shows what was written hidden in this step.
 * @typedef {Object} Reveal
 * @property {string} id
 * @property {"reveal"} type
 */

/**
 * Hand up or down.
 * @typedef {Object} HandRaise
 * @property {string} id
 * @property {"hand.raise"} type
 * @property {boolean} [up]
 */

/**
 * Facilitator: look before (`pre`) or after (`post`) it shows; or hold one participant's posts.
 * @typedef {Object} ModerationSet
 * @property {string} id
 * @property {"moderation.set"} type
 * @property {"post"|"pre"|null} [mode]
 * @property {string|null} [participant]
 * @property {boolean|null} [held]
 */

/**
 * Facilitator: puts somebody in a group (none: plenary).
 * @typedef {Object} ParticipantMove
 * @property {string} id
 * @property {"participant.move"} type
 * @property {string} participant
 * @property {string|null} [group]
 */

/**
 * Facilitator: this phone is out; what it wrote stays.
 * @typedef {Object} ParticipantRemove
 * @property {string} id
 * @property {"participant.remove"} type
 * @property {string} participant
 */

/**
 * I am ready with what is asked now, or not yet after all. ``at``: the place in the day that the phone shows (``s4``: the fourth step, ``<run>/4``: of a method), so that what arrives late does not count for the next place. Without it: where I am now.
 * @typedef {Object} ReadySet
 * @property {string} id
 * @property {"ready.set"} type
 * @property {boolean} [up]
 * @property {string|null} [at]
 */

/**
 * Facilitator: what the projector shows, and whether it follows the session by itself. ``by``: how the wall is divided; ``text``: what the scene ``text`` says; ``picture``: the uploaded picture of the scene ``picture``.
 * @typedef {Object} ProjectorShow
 * @property {string} id
 * @property {"projector.show"} type
 * @property {"join"|"step"|"wall"|"ballot"|"timer"|"blank"|"text"|"picture"|"previous"|"questions"|"groups"} scene
 * @property {string|null} [ballot]
 * @property {boolean|null} [follow]
 * @property {"kind"|"group"|"theme"|null} [by]
 * @property {string|null} [text]
 * @property {string|null} [picture]
 */

/**
 * Facilitator: the projector goes dark at once, or comes back.
 * @typedef {Object} ProjectorBlank
 * @property {string} id
 * @property {"projector.blank"} type
 * @property {boolean} [on]
 */

/**
 * Facilitator: stretches or cuts all that still comes, so that the day ends at ``until``. No step under 3 minutes, no break under 5.
 * @typedef {Object} AgendaFit
 * @property {string} id
 * @property {"agenda.fit"} type
 * @property {string} until
 */

/**
 * Facilitator: so many minutes for this step; of the present one the clock moves along.
 * @typedef {Object} AgendaSet
 * @property {string} id
 * @property {"agenda.set"} type
 * @property {string} step
 * @property {number} minutes
 */

/**
 * I want this question answered, too; or no longer.
 * @typedef {Object} SupportGive
 * @property {string} id
 * @property {"support.give"} type
 * @property {string} contribution
 * @property {boolean} [on]
 */

/**
 * Facilitator: this question was answered, or is parked for after the day; none: it is open again.
 * @typedef {Object} QuestionAnswer
 * @property {string} id
 * @property {"question.answer"} type
 * @property {string} contribution
 * @property {"answered"|"parked"|null} [answered]
 */

/**
 * How an action of last time stands.
 * @typedef {Object} ActionReport
 * @property {string} id
 * @property {"action.report"} type
 * @property {string} action
 * @property {"done"|"carried_on"|"dropped"} state
 * @property {string} [note]
 */

/**
 * Whether an answer of last time helped in my municipality. ``municipality``: for a facilitator, who says it for somebody.
 * @typedef {Object} EvidenceReport
 * @property {string} id
 * @property {"evidence.report"} type
 * @property {string} item
 * @property {"worked"|"partly"|"failed"|"not_yet"} outcome
 * @property {string} [note]
 * @property {string|null} [municipality]
 */

/**
 * Facilitator: something to go on with, in a deep dive or a working group; ``when`` and ``place`` are ideas.
 * @typedef {Object} PlanAdd
 * @property {string} id
 * @property {"plan.add"} type
 * @property {string} title
 * @property {"deep_dive"|"working_group_meeting"} [kind]
 * @property {string} [when]
 * @property {string} [place]
 */

/**
 * Facilitator: other words for a plan. What is left out stays as it is.
 * @typedef {Object} PlanEdit
 * @property {string} id
 * @property {"plan.edit"} type
 * @property {string} plan
 * @property {string|null} [title]
 * @property {"deep_dive"|"working_group_meeting"|null} [kind]
 * @property {string|null} [when]
 * @property {string|null} [place]
 */

/**
 * Facilitator: not going on with this; ``on`` false takes it back in.
 * @typedef {Object} PlanRemove
 * @property {string} id
 * @property {"plan.remove"} type
 * @property {string} plan
 * @property {boolean} [on]
 */

/**
 * I join in, I can lead it, or neither.
 * @typedef {Object} PlanJoin
 * @property {string} id
 * @property {"plan.join"} type
 * @property {string} plan
 * @property {"join"|"lead"|null} [how]
 */

/**
 * My answer to one question about the day. It is kept without a name, a time or an order, and can be given once.
 * @typedef {Object} EvaluationAnswer
 * @property {string} id
 * @property {"evaluation.answer"} type
 * @property {string} question
 * @property {number|null} [score]
 * @property {string} [text]
 */

/**
 * Facilitator: opens the room again after closing.
 * @typedef {Object} LabOpen
 * @property {string} id
 * @property {"lab.open"} type
 */

/**
 * Facilitator: closes the room.
 * @typedef {Object} LabClose
 * @property {string} id
 * @property {"lab.close"} type
 */

/**
 * Facilitator: a late contribution counts after all.
 * @typedef {Object} QuarantineAccept
 * @property {string} id
 * @property {"quarantine.accept"} type
 * @property {string} contribution
 */

/**
 * Facilitator: a late contribution does not count.
 * @typedef {Object} QuarantineReject
 * @property {string} id
 * @property {"quarantine.reject"} type
 * @property {string} contribution
 */

export const OPS = Object.freeze({
  contribution_add: "contribution.add",
  contribution_edit: "contribution.edit",
  contribution_retract: "contribution.retract",
  contribution_hide: "contribution.hide",
  contribution_show: "contribution.show",
  contribution_move: "contribution.move",
  contribution_split: "contribution.split",
  contribution_unsplit: "contribution.unsplit",
  contribution_merge: "contribution.merge",
  contribution_unmerge: "contribution.unmerge",
  question_mark: "question.mark",
  action_add: "action.add",
  group_make: "group.make",
  group_add: "group.add",
  group_rename: "group.rename",
  group_remove: "group.remove",
  group_say: "group.say",
  group_gather: "group.gather",
  run_start: "run.start",
  run_go: "run.go",
  run_timer: "run.timer",
  run_role: "run.role",
  run_reveal: "run.reveal",
  run_end: "run.end",
  case_pitch: "case.pitch",
  case_edit: "case.edit",
  case_withdraw: "case.withdraw",
  case_choose: "case.choose",
  case_harvest: "case.harvest",
  vote_cast: "vote.cast",
  ballot_count: "ballot.count",
  reason_hide: "reason.hide",
  round_open: "round.open",
  round_close: "round.close",
  step_go: "step.go",
  timer_extend: "timer.extend",
  timer_pause: "timer.pause",
  timer_resume: "timer.resume",
  reveal: "reveal",
  hand_raise: "hand.raise",
  moderation_set: "moderation.set",
  participant_move: "participant.move",
  participant_remove: "participant.remove",
  ready_set: "ready.set",
  projector_show: "projector.show",
  projector_blank: "projector.blank",
  agenda_fit: "agenda.fit",
  agenda_set: "agenda.set",
  support_give: "support.give",
  question_answer: "question.answer",
  action_report: "action.report",
  evidence_report: "evidence.report",
  plan_add: "plan.add",
  plan_edit: "plan.edit",
  plan_remove: "plan.remove",
  plan_join: "plan.join",
  evaluation_answer: "evaluation.answer",
  lab_open: "lab.open",
  lab_close: "lab.close",
  quarantine_accept: "quarantine.accept",
  quarantine_reject: "quarantine.reject",
});

export const EVENTS = Object.freeze({
  contribution_added: "contribution.added",
  contribution_edited: "contribution.edited",
  contribution_retracted: "contribution.retracted",
  contribution_hidden: "contribution.hidden",
  contribution_shown: "contribution.shown",
  contribution_moved: "contribution.moved",
  contribution_split: "contribution.split",
  contribution_unsplit: "contribution.unsplit",
  contribution_merged: "contribution.merged",
  contribution_unmerged: "contribution.unmerged",
  question_marked: "question.marked",
  groups_made: "groups.made",
  group_added: "group.added",
  group_renamed: "group.renamed",
  group_removed: "group.removed",
  group_told: "group.told",
  groups_gathered: "groups.gathered",
  method_known: "method.known",
  run_started: "run.started",
  run_moved: "run.moved",
  run_seated: "run.seated",
  run_timed: "run.timed",
  run_cast: "run.cast",
  run_revealed: "run.revealed",
  run_ended: "run.ended",
  ballot_grown: "ballot.grown",
  case_pitched: "case.pitched",
  case_edited: "case.edited",
  case_withdrawn: "case.withdrawn",
  case_chosen: "case.chosen",
  case_harvested: "case.harvested",
  ballot_opened: "ballot.opened",
  ballot_counted: "ballot.counted",
  ballot_closed: "ballot.closed",
  vote_cast: "vote.cast",
  reason_hidden: "reason.hidden",
  step_changed: "step.changed",
  timer_changed: "timer.changed",
  round_changed: "round.changed",
  revealed: "revealed",
  participant_joined: "participant.joined",
  participant_moved: "participant.moved",
  participant_held: "participant.held",
  participant_left: "participant.left",
  hand_raised: "hand.raised",
  moderation_changed: "moderation.changed",
  ready_set: "ready.set",
  projector_changed: "projector.changed",
  agenda_changed: "agenda.changed",
  support_given: "support.given",
  question_answered: "question.answered",
  action_reported: "action.reported",
  evidence_reported: "evidence.reported",
  plan_added: "plan.added",
  plan_edited: "plan.edited",
  plan_removed: "plan.removed",
  plan_joined: "plan.joined",
  evaluation_answered: "evaluation.answered",
  lab_opened: "lab.opened",
  lab_closed: "lab.closed",
  op_quarantined: "op.quarantined",
  op_released: "op.released",
});

export const KINDS = Object.freeze(["question", "bottleneck", "solution", "insight", "lesson", "linking_opportunity", "advice", "association", "action", "fact", "success_factor", "value", "choice", "evaluation"]);
export const CONSENTS = Object.freeze(["group", "programme", "public_anonymous", "public_city"]);
export const SCENES = Object.freeze(["join", "step", "wall", "ballot", "timer", "blank", "text", "picture", "previous", "questions", "groups"]);
export const MOST_OPS = 50;
export const MOST_BYTES = 65536;
export const MOST_TEXT = 2000;
export const SINGLETONS = Object.freeze(["lab", "step", "counts", "projector", "day", "previous", "evaluation", "me"]);

import { days, KiB, MiB } from './units.ts'

/** The bounds of handoffs and questions: a part of `limits`. */
export const handoffLimits = {
  handoffTitle: 300,
  /** Bytes of a handoff with all its texts, and of a note, a question or an answer. */
  handoffBytes: 2 * MiB,
  noteBytes: 64 * KiB,
  handoffSections: 100,
  handoffFiles: 200,
  /** Open handoffs of a sender, and its questions that nobody has answered. */
  handoffsOpen: 2000,
  questionsOpen: 2000,
  /** Bytes of all handoffs, notes, questions and answers together. */
  handoffsBytes: 256 * MiB,
  /** What is done or dropped, and what was answered and shown, goes after so long, or earlier where room is needed. */
  handoffAgeMs: 90 * days,
  /** So many of those go with one write. */
  handoffsRemoved: 50,
  /** Characters of a goal that lists show. */
  handoffBeginning: 300,
  /** A handoff's repository: files with diffs, bytes of the diffs, and names of further files. */
  handoffDiffFiles: 100,
  handoffDiff: 256 * KiB,
  handoffNames: 50,
  /** A claim ends after so long, however its process fares. */
  claimMs: 1 * days,
  /** Things of each kind that one answer of inbox or handoff_list looks at, and characters of each that inbox shows. */
  inboxShown: 100,
  inboxCharacters: 2000,
  /** Things that one answer of wait_for_change names, and characters of the note of each. */
  changesShown: 500,
  changeNote: 80,
  /** Notes and questions of a handoff that a read looks at: the newest. */
  notesRead: 1000,
  /** Handoffs, questions and answers that bridge/waiting.json counts, of each so many, and its largest size. */
  waitingKept: 500,
  waitingBytes: 1 * MiB,
  /** How many of the newest things are looked at for an id like the one that is not there. */
  nearIds: 500,
  /** How many programs bridge_status names. */
  programsShown: 20,
} as const

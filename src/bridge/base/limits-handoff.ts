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
  /** Age at which closed handoffs and answered questions are removed; earlier where room is needed. */
  handoffAgeMs: 90 * days,
  /** Closed handoffs and questions removed by one write. */
  handoffsRemoved: 50,
  /** Characters of a goal that lists show. */
  handoffBeginning: 300,
  /** A handoff's repository: files with diffs, bytes of the diffs, and names of further files. */
  handoffDiffFiles: 100,
  handoffDiff: 256 * KiB,
  handoffNames: 50,
  /** A claim expires even if its process lives. */
  claimMs: 1 * days,
  /** Things of each kind in one answer of inbox or handoff_list, and characters of each that inbox shows. */
  inboxShown: 100,
  inboxCharacters: 2000,
  /** Things named in one answer of wait_for_change, and characters of each note. */
  changesShown: 500,
  changeNote: 80,
  /** The newest notes and questions of a handoff that a read returns. */
  notesRead: 1000,
  /** Handoffs, questions and answers in bridge/waiting.json (this many of each), and its largest size. */
  waitingKept: 500,
  waitingBytes: 1 * MiB,
  /** How many of the newest things are looked at for an id like the one that is not there. */
  nearIds: 500,
  /** How many programs bridge_status names. */
  programsShown: 20,
} as const

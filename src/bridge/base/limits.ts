import { sharingLimits } from './limits-sharing.ts'
import { actionLimits } from './limits-actions.ts'
import { gitLimits } from './limits-git.ts'
import { handoffLimits } from './limits-handoff.ts'
import { machineLimits } from './limits-machines.ts'
import { KiB, MiB, minutes, seconds } from './units.ts'

/** Every bound of the bridge in one place: bytes unless the name says otherwise, times in ms. */
export const limits = {
  ...actionLimits,
  ...machineLimits,

  /** Longest message on stdio; a longer line is skipped and answered with an error. */
  stdioMessage: 32 * MiB,
  /** Time for pending answers after the end of input, once the bridge is open. */
  lastAnswersMs: 1 * seconds,
  /** The largest protocol message. Checked before it is parsed. */
  messageNesting: 1024,
  messageValues: 2_000_000,
  /** Parsing names of objects is much slower than parsing values of lists. */
  messageNames: 200_000,
  httpBody: 16 * MiB,
  httpHeaders: 16 * KiB,
  /** Time for a client to send its headers, and its whole request. A slower one is cut off. */
  httpHeadersMs: 10 * seconds,
  httpRequestMs: 60 * seconds,
  httpIdleMs: 5 * seconds,
  /** Time in which the rest of a refused request is read and dropped. */
  httpRefusedMs: 1 * seconds,
  /** How often connections are checked. Their time limits are late by at most this. */
  httpCheckMs: 1 * seconds,
  /** Connections without a valid token: in all, from one foreign address, and how long they may stay. */
  httpStrangers: 128,
  httpStrangersAnAddress: 32,
  httpStrangerMs: 10 * seconds,
  /** Connections with a valid token: of all sessions, and of one session. */
  httpKnown: 256,
  httpKnownASession: 64,
  /** Requests of one connection that wait for their answers. */
  httpUnanswered: 64,
  /** A client that leaves its answer unread: how long, and how many bytes, before it is cut off. */
  httpUnreadMs: 2 * minutes,
  httpUnreadBytes: 64 * MiB,
  httpSessions: 64,
  /** Closes a handshake-era session that no request has used. */
  httpSessionIdleMs: 60 * minutes,
  /** One message, in one frame or several. A longer one ends the connection with 1009. */
  wsMessage: 16 * MiB,
  /** How often a peer is pinged. Two pings without a sign of life cut it off. */
  wsPingMs: 15 * seconds,
  /** Reading from a client pauses above these: bytes that wait for it, unanswered requests, bytes of such requests. */
  wsWaitingBytes: 1 * MiB,
  wsUnanswered: 64,
  wsUnansweredBytes: 32 * MiB,
  /** Time for the closing frame of a connection. */
  wsCloseMs: 1 * seconds,
  /** Calls of one connection at the same time. Further ones wait. */
  callsAtOnce: 64,
  pathCharacters: 4096,
  /** The name of a client, as in `--client`. */
  clientCharacters: 64,
  /** Levels of nesting in arguments. */
  nesting: 64,

  /** Tokens of an answer of our own tools: by default, and the largest `max_tokens`. Words and data are bounded separately. */
  answerTokens: 20_000,
  answerTokensMost: 400_000,
  /** Bytes reserved for the line about what waits. An answer with less room than `noticeTokens` has no such line. */
  noticeBytes: 120,
  noticeTokens: 80,
  /** Bytes reserved for the cursor of an answer. */
  cursorBytes: 40,
  /** Bytes reserved for how long the store server is not reached, and how many absences are remembered as told. */
  absenceBytes: 600,
  absencesTold: 1000,
  /** Room in which an answer names what it leaves out: bytes, and names. */
  leftOutBytes: 1000,
  leftOutNamed: 20,

  readImage: 5 * MiB,
  /** How far around the shown part of a file line ends are counted, to number its lines. */
  readCounted: 64 * MiB,
  /** Largest file that is edited or rewritten with its encoding kept. */
  editFile: 64 * MiB,
  /** Time for a read to find the line it was asked for. */
  readSeekMs: 5 * seconds,
  readFiles: 50,
  edits: 100,
  listEntries: 2000,
  listDepth: 16,
  copyFile: 4 * 1024 * MiB,
  /** The nearest match of a failed edit is searched in files, and for texts, up to these sizes. */
  nearMissCharacters: 8 * MiB,
  nearMissWanted: 16 * KiB,
  /** Occurrences of one text that an edit replaces at once. */
  replacements: 100_000,
  /** Tries of an edit while another program changes the file. */
  editTries: 5,
  /** Changed within `fileBusyMs`: assume that another program is still writing, and wait `fileLateMs` for it. */
  fileBusyMs: 100,
  fileLateMs: 2,
  /** Time that a change waits for another bridge that changes the same file. */
  fileLockMs: 5 * seconds,
  /** Age at which a lock counts as abandoned: one that names no owner yet, and one whose owner cannot be checked. */
  fileLockBlankMs: 2 * seconds,
  fileLockOldMs: 10 * minutes,
  /** Changes of one file without a break: after `fileQueueMs`, other bridges get a break of `fileBreakMs`. */
  fileQueueMs: 200,
  fileBreakMs: 40,
  /** Age at which deleted things leave the trash. */
  trashAgeMs: 30 * 24 * 60 * minutes,

  searchResults: 1000,
  /** A page of results ends once it is longer than this. */
  searchPageBytes: 60 * KiB,
  searchContextLines: 20,
  searchLineCharacters: 400,
  /** The part of a file that decides whether it is text. */
  textHead: 8 * KiB,
  searchPatternCharacters: 4096,
  /** Memory of ripgrep. It holds a whole line, and a line may be endless. */
  searchMemory: 384 * MiB,
  searchMemoryEveryMs: 100,
  /** Memory of a compiled pattern. One like `(\\w{500}){50}` is refused. */
  searchPattern: 32 * MiB,
  /** A search returns what it has found by then. */
  searchFirstMs: 10 * seconds,
  /** A full page waits this long to learn whether it is the last one. */
  searchLastMs: 250,
  searchTotalMs: 5 * minutes,
  /** Largest file with names to leave out: ripgrep makes expressions of its lines, in memory. */
  searchIgnoreFile: 4 * MiB,
  /** Ends a search that nobody has asked about. */
  searchIdleMs: 2 * minutes,
  searchesAtOnce: 8,
  /** Found lines that are confirmed at once. The others are confirmed when they are asked for. */
  searchConfirmed: 500,
  /** Bytes of found lines that wait to be asked for. ripgrep pauses above this. */
  searchBuffer: 2 * MiB,

  commandMs: { least: 1, most: 55 * seconds, usual: 30 * seconds },
  commandCharacters: 128 * KiB,
  inputCharacters: 1 * MiB,
  /** Characters of output in one answer. The rest stays readable. */
  outputCharacters: 24 * KiB,
  /** The newest output of a session, in characters. */
  sessionOutput: 4 * MiB,
  /** Output is kept, and dropped, in pieces of at least this many characters. */
  outputPiece: 64 * KiB,
  sessions: 32,
  /** Commands that wait for a free session. Fewer than `callsAtOnce`, so that a call is left to stop one. */
  commandsWaiting: 24,
  /** Ended sessions whose output stays readable. */
  endedSessions: 16,
  /** Time between asking a process tree to end and killing it. */
  graceMs: 1500,
  /** Time that killed processes have to disappear. */
  killedMs: 500,
  /** Delay after the first command before leftovers of killed bridges are ended. */
  orphansAfterMs: 1000,
  progressEveryMs: 250,
  progressCharacters: 2000,
  probeMs: 10 * seconds,
  startTroubleCharacters: 500,

  /** How often the usage of commands in the sandbox is measured (terminal/sandbox/watch.ts). */
  sandboxEveryMs: 100,
  sandboxInfoMs: 1 * seconds,
  /** Tries of laying out a sandbox while the allowed folders change. */
  sandboxTries: 3,
  /** Files made by commands that run by themselves later: kept in the list, and shown. */
  appearedKept: 200,
  appearedShown: 20,
  scopeMs: 3 * seconds,
  /** Bounds of the search for what a command in the sandbox must not change. */
  sandboxFolders: 2000,
  sandboxRepositories: 64,
  sandboxFoldersAtOnce: 32,
  /** Slashes in the name of a submodule, and levels at which configurations of git include others. */
  sandboxModuleDepth: 4,
  sandboxIncludeDepth: 3,
  /** Names that a closed folder still shows, and how deep. */
  sandboxClosedNames: 64,
  sandboxClosedDepth: 2,
  /** Closed files are replaced by stand-ins. One up to `standInBytes` keeps its size, and `standIns` of them are kept. */
  standInBytes: 64 * KiB,
  standIns: 256,

  /** Wait for a store that another process has locked or replaces: in all, and between two tries. */
  storeBusyMs: 10 * seconds,
  storeRetryMs: 20,
  /** How long bridges and doctor report lost changes. */
  storeMissingMs: 7 * 24 * 3600 * seconds,
  /** Wait for another process that repairs a damaged store. */
  salvageLockMs: 30 * seconds,
  /** Delay after a change before the log is moved into the file. The file is checked daily, when nothing has changed for `storeIdleMs`. */
  storeCheckpointMs: 1 * seconds,
  storeCheckEveryMs: 24 * 60 * minutes,
  storeIdleMs: 1 * minutes,
  /** A holder of the lease that does not answer in this time is replaced. */
  leaseAnswerMs: 5 * seconds,
  leaseLookMs: 25,
  leaseRetryMs: 2 * seconds,
  /** Changes that are kept for readers of what is new. */
  storeChanges: 100_000,
  /** Former versions of a key. */
  memoryVersions: 50,
  memoryValue: 1 * MiB,
  memoryKeyCharacters: 512,
  memoryTags: 32,
  /** Characters of a rationale and of a value in lists. */
  memoryBeginning: 200,
  /** Expired entries removed by one write. */
  memoryExpired: 100,
  /** Words of a search. A word found in more than `memoryCommon` entries ranks none of them. */
  memoryWords: 32,
  memoryCommon: 5000,
  memoryListed: 100,

  promptArgument: 10_000,
  ...handoffLimits,
  ...gitLimits,
  /** Delay before the store is opened, so that the first answers do not wait for it. */
  storeOpenMs: 1 * seconds,
  /** Resources in a list (the newest), subscriptions of a connection, and the shortest time between two notices of a changed list. */
  resourcesListed: 200,
  subscriptions: 1000,
  listChangedMs: 1 * seconds,
  /** Sessions whose shown notices are remembered. */
  noticedSessions: 256,
  /** How often the manifest is checked for changes. A new folder opens within two seconds. */
  manifestEveryMs: 500,
  /** The shortest time between two records of a program, and how long one is kept. */
  programNotedMs: minutes,
  programKeptMs: 30 * 24 * 60 * minutes,
  /** How long a session of single requests counts as connected after the last one. */
  programIdleMs: 15 * minutes,
  /** Waiting time of wait_for_change. Calls of 30 to 60 s are unreliable in Claude Desktop. */
  waitMs: { most: 50 * seconds, usual: 25 * seconds },

  ...sharingLimits,

  /** One line of audit or log. */
  lineCharacters: 2000,
  /** The audit and two logs have one new and two old files each: together at most 50 MB. */
  logFile: 4 * MiB,
  /** How much larger a file may grow before it is put aside, since several processes append at once. */
  logFileMore: 1 * MiB,
  logFilesKept: 2,
} as const

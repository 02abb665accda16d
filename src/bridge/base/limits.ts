import { sharingLimits } from './limits-sharing.ts'
import { actionLimits } from './limits-actions.ts'
import { gitLimits } from './limits-git.ts'
import { handoffLimits } from './limits-handoff.ts'
import { KiB, MiB, minutes, seconds } from './units.ts'

/** Every bound of the bridge in one place: bytes unless the name says otherwise, times in ms. */
export const limits = {
  ...actionLimits,

  /** Longest message on stdio; a longer line is skipped and answered with an error. */
  stdioMessage: 32 * MiB,
  /** How long answers are waited for after the end of input, once the bridge is open. */
  lastAnswersMs: 1 * seconds,
  /** What a message of the protocol may be, which is known before it is parsed. */
  messageNesting: 1024,
  messageValues: 2_000_000,
  /** Names in objects take much longer to be read than values in lists. */
  messageNames: 200_000,
  httpBody: 16 * MiB,
  httpHeaders: 16 * KiB,
  /** A client that has not sent its headers, or its whole request, by then is cut off. */
  httpHeadersMs: 10 * seconds,
  httpRequestMs: 60 * seconds,
  httpIdleMs: 5 * seconds,
  /** How long the rest of a refused request is read and dropped. */
  httpRefusedMs: 1 * seconds,
  /** How often connections are looked at: what limits their time is late by no more. */
  httpCheckMs: 1 * seconds,
  /** Connections on which no valid token was used, of all and of one address that is not this computer, and how long they may stay. */
  httpStrangers: 128,
  httpStrangersAnAddress: 32,
  httpStrangerMs: 10 * seconds,
  /** Those on which one was used: of all sessions, and of one session. */
  httpKnown: 256,
  httpKnownASession: 64,
  /** Requests of one connection that wait for their answers. */
  httpUnanswered: 64,
  /** A client that does not take its answer for so long, or of which so much waits, is cut off. */
  httpUnreadMs: 2 * minutes,
  httpUnreadBytes: 64 * MiB,
  httpSessions: 64,
  /** A handshake-era session that no request has used for so long is closed. */
  httpSessionIdleMs: 60 * minutes,
  /** A frame or a message in several frames; more ends the connection with 1009. */
  wsMessage: 16 * MiB,
  /** How often a peer is asked whether it is there; one that gave no sign of life for two such times is cut off. */
  wsPingMs: 15 * seconds,
  /** Nothing more is read from a client while more than this waits for it: bytes, unanswered requests, or bytes of such requests. */
  wsWaitingBytes: 1 * MiB,
  wsUnanswered: 64,
  wsUnansweredBytes: 32 * MiB,
  /** How long a connection that ends has for the frame that says why. */
  wsCloseMs: 1 * seconds,
  /** Calls of one connection that run at the same time; more of them wait. */
  callsAtOnce: 64,
  pathCharacters: 4096,
  /** Who is on the other end, as `--client` says. */
  clientCharacters: 64,
  /** Levels of nesting taken in arguments. */
  nesting: 64,

  /** Tokens of an answer of our own tools: usually, and the most that `max_tokens` may ask for. Words and data are bounded each. */
  answerTokens: 20_000,
  answerTokensMost: 400_000,
  /** Bytes of an answer that are kept for the line about what waits; an answer with less room than so many tokens has none. */
  noticeBytes: 120,
  noticeTokens: 80,
  /** Bytes of an answer that are kept for its cursor. */
  cursorBytes: 40,
  /** Bytes of an answer in which it names what it leaves out, and how many things it names at most. */
  leftOutBytes: 1000,
  leftOutNamed: 20,

  readImage: 5 * MiB,
  /** So much of a file before and behind what is shown is searched for ends of lines, to number them. */
  readCounted: 64 * MiB,
  /** Largest file that is edited or rewritten with its encoding kept. */
  editFile: 64 * MiB,
  /** How long a read may look for the line it was asked for. */
  readSeekMs: 5 * seconds,
  readFiles: 50,
  edits: 100,
  listEntries: 2000,
  listDepth: 16,
  copyFile: 4 * 1024 * MiB,
  /** Largest file and text asked for in which the nearest match of a failed edit is looked for. */
  nearMissCharacters: 8 * MiB,
  nearMissWanted: 16 * KiB,
  /** Occurrences of one text that an edit replaces at once. */
  replacements: 100_000,
  /** How often an edit begins anew on a file that another program changed meanwhile. */
  editTries: 5,
  /** A file that was written so lately is taken for one that another program has open; what that adds is waited for so long. */
  fileBusyMs: 100,
  fileLateMs: 2,
  /** How long a change waits for another bridge that changes the same file. */
  fileLockMs: 5 * seconds,
  /** A lock that does not say yet whose it is, and one of which nothing can be found out, is abandoned when so old. */
  fileLockBlankMs: 2 * seconds,
  fileLockOldMs: 10 * minutes,
  /** After so long of changes to one file without a break, others get one to come in. */
  fileQueueMs: 200,
  fileBreakMs: 40,
  /** Deleted things older than this leave the trash. */
  trashAgeMs: 30 * 24 * 60 * minutes,

  searchResults: 1000,
  /** A page of results that has grown so long ends before the next one, which the page after it begins with. */
  searchPageBytes: 60 * KiB,
  searchContextLines: 20,
  searchLineCharacters: 400,
  /** So much of a file is looked at to see whether it is text. */
  textHead: 8 * KiB,
  searchPatternCharacters: 4096,
  /** What ripgrep may take: it keeps a whole line in memory, and a line may have no end. */
  searchMemory: 384 * MiB,
  searchMemoryEveryMs: 100,
  /** What a pattern may take when it is made ready, so that one like `(\\w{500}){50}` is refused instead. */
  searchPattern: 32 * MiB,
  /** After so long a search is handed back as far as it came. */
  searchFirstMs: 10 * seconds,
  /** So long a page that is full is held back, to know whether it is the last one. */
  searchLastMs: 250,
  searchTotalMs: 5 * minutes,
  /** Largest file with names to leave out: ripgrep makes expressions of its lines, in memory. */
  searchIgnoreFile: 4 * MiB,
  /** A started search that nobody asked about for so long is ended. */
  searchIdleMs: 2 * minutes,
  searchesAtOnce: 8,
  /** So many found lines are confirmed as they come; the others when they are asked for. */
  searchConfirmed: 500,
  /** Found lines kept until they are asked for; ripgrep waits when there are more. */
  searchBuffer: 2 * MiB,

  commandMs: { least: 1, most: 55 * seconds, usual: 30 * seconds },
  commandCharacters: 128 * KiB,
  inputCharacters: 1 * MiB,
  /** Characters of output handed back at once; the rest stays readable. */
  outputCharacters: 24 * KiB,
  /** Output kept for a session: the newest. */
  sessionOutput: 4 * MiB,
  /** It is kept in pieces of at least so many characters. */
  outputPiece: 64 * KiB,
  sessions: 32,
  /** Commands that wait until one of these ends: few enough that calls of a connection are left which can end one. */
  commandsWaiting: 24,
  /** Ended sessions whose output stays readable. */
  endedSessions: 16,
  /** How long a tree has between being asked to end and being made to. */
  graceMs: 1500,
  /** How long it is waited for what was killed. */
  killedMs: 500,
  /** When the first command is under way, what killed bridges left behind is ended. */
  orphansAfterMs: 1000,
  progressEveryMs: 250,
  progressCharacters: 2000,
  probeMs: 10 * seconds,
  startTroubleCharacters: 500,

  /** How often it is looked what commands in the sandbox use (terminal/sandbox/watch.ts). */
  sandboxEveryMs: 100,
  sandboxInfoMs: 1 * seconds,
  /** Tries to lay a sandbox out while the allowed folders change. */
  sandboxTries: 3,
  /** Files that commands made and that run by themselves later. */
  appearedKept: 200,
  appearedShown: 20,
  scopeMs: 3 * seconds,
  /** How far the allowed folders are searched for what a command in the sandbox must not change. */
  sandboxFolders: 2000,
  sandboxRepositories: 64,
  sandboxFoldersAtOnce: 32,
  /** Names of submodules may hold so many slashes; configurations of git may include others so often. */
  sandboxModuleDepth: 4,
  /** Names that a closed folder still shows. */
  sandboxClosedNames: 64,
  sandboxClosedDepth: 2,
  /** A closed file up to this size keeps it, and so many files are kept that stand in for closed ones. */
  standInBytes: 64 * KiB,
  standIns: 256,
  sandboxIncludeDepth: 3,

  /** How long a call waits for a store that another process has locked or replaces, and the longest wait between two tries. */
  storeBusyMs: 10 * seconds,
  storeRetryMs: 20,
  /** How long bridges and doctor tell of changes that were lost. */
  storeMissingMs: 7 * 24 * 3600 * seconds,
  /** How long a call waits for another process that repairs a damaged store. */
  salvageLockMs: 30 * seconds,
  /** The log is moved into the file so long after a change; the file is checked daily, once nothing has changed for a while. */
  storeCheckpointMs: 1 * seconds,
  storeCheckEveryMs: 24 * 60 * minutes,
  storeIdleMs: 1 * minutes,
  /** A holder of the lease that does not answer for so long is replaced. */
  leaseAnswerMs: 5 * seconds,
  leaseLookMs: 25,
  leaseRetryMs: 2 * seconds,
  /** Changes that are kept for those who ask what is new. */
  storeChanges: 100_000,
  /** Versions of a key that are kept besides the present one. */
  memoryVersions: 50,
  memoryValue: 1 * MiB,
  memoryKeyCharacters: 512,
  memoryTags: 32,
  /** Characters of a rationale in lists. */
  memoryReason: 200,
  /** Expired entries that one write removes. */
  memoryExpired: 100,
  /** Words of a search, and how many entries may hold one that ranks them. */
  memoryWords: 32,
  memoryCommon: 5000,
  memoryListed: 100,
  /** Tokens of values in one answer: usually, and at most. */
  memoryShown: 20_000,
  memoryTokens: 400_000,

  promptArgument: 10_000,
  ...handoffLimits,
  ...gitLimits,
  /** How long after the start the store is opened, so that the first answers do not wait for it. */
  storeOpenMs: 1 * seconds,
  /** The most resources in a list, the newest ones; the most subscriptions of a connection; the shortest time between two notices of a changed list. */
  resourcesListed: 200,
  subscriptions: 1000,
  listChangedMs: 1 * seconds,
  /** The most sessions whose shown notices are remembered. */
  noticedSessions: 256,
  /** How often it is looked whether the manifest has changed, whose folders open within two seconds. */
  manifestEveryMs: 500,
  /** A program is recorded again after so long at the earliest, and forgotten after so many days. */
  programNotedMs: minutes,
  programKeptMs: 30 * 24 * 60 * minutes,
  /** A session that sends single requests counts as connected so long after the last. */
  programIdleMs: 15 * minutes,
  /** How long wait_for_change waits; calls of 30 to 60 s are unreliable in Claude Desktop. */
  waitMs: { most: 50 * seconds, usual: 25 * seconds },

  ...sharingLimits,

  /** One line of audit or log. */
  lineCharacters: 2000,
  /** Audit and two logs, each in a new and two old files: together at most 50 MB. */
  logFile: 4 * MiB,
  /** Several processes append at once, so a file may become so much larger before one of them puts it aside. */
  logFileMore: 1 * MiB,
  logFilesKept: 2,
} as const

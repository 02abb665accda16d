/** Which document asks for a behaviour: the two worlds, what they share, actions and plugins, or how many programs it reaches. */
type Source = 'twins' | 'shared mind' | 'actions and plugins' | 'reach'

/** What the product does, and the tests that prove it. */
export interface Requirement {
  readonly behaviour: string
  readonly source: Source
  /** Files below `test/`, each with titles as they stand in its source. */
  readonly tests: Readonly<Record<string, readonly string[]>>
}

/**
 * The documents' rows. `unit/requirements.test.ts` fails when a title does not exist, `npm test` when one of them did not pass
 * (`support/proven.ts`).
 */
export const requirements: readonly Requirement[] = [
  {
    behaviour: 'a page on loopback answers nobody but its own tab, and this user alone',
    source: 'reach',
    tests: {
      'unit/window/judge.test.ts': ['%s'],
      'unit/world/peer.test.ts': ['%s'],
      'e2e/window/attacks.test.ts': [
        'by another page, a form, a frame or a name of its own gets nothing',
        'with a link that was used already is refused, and the terminal says so',
        'is cut off unread, by %s',
        'gets no page, and says why',
      ],
    },
  },
  {
    behaviour: 'a page alone never brings new code, and does nothing but the plan that was seen',
    source: 'reach',
    tests: {
      'e2e/window/doing.test.ts': [
        'never brings new code: %s',
        'does nothing when something changed since its plan, and shows the new one',
        'of --read-only reads, and changes nothing',
        'comes in from the page and never goes out',
        'adds what comes with the program, unchanged',
        'looks deeper only where it starts nothing that is not agreed to',
      ],
      'e2e/window/life.test.ts': ['Enter makes a new link, and a plan that brings new code is answered there'],
    },
  },
  {
    behaviour: 'the page shows what commands print, to everybody who can look',
    source: 'reach',
    tests: {
      'e2e/window/doing.test.ts': ['%s as the command prints it'],
      'e2e/window/page.test.ts': [
        'shows who has what, what differs, and puts it back',
        'shows what is remembered and what happened, as it happens, and deletes an entry',
        'shows what programs ask of each other, answers a question, and leaves approving to the terminal',
        'draws markup and hidden characters of strangers as text',
        'has nothing against it by axe, %i columns wide, %s, and scrolls nowhere sideways',
      ],
      'e2e/window/changing.test.ts': [
        'changes an entry of the memory, whose tags and reason stay, and sees its versions',
        'takes a server out of one program and puts it back',
        'is shown what a pasted server would start, and adds it in the terminal',
      ],
      'e2e/window/states.test.ts': [
        'of a home that has nothing yet says so in a sentence',
        'draws its frame at once, while what it shows is still read',
        'shows a broken manifest as where it is broken, if it needs the manifest, and else what it has',
        'says that the program has ended, and nothing else',
        'is read while another run holds the lock; a change waits, says for whom, gives up, and can be tried again',
      ],
      'e2e/window/screens.test.ts': [
        'of a thing that is gone gives way to the one before it',
        'is drawn for an address that no browser spells, too',
        'of a server has its tools with their weight, and its keys',
        'of Keys says which program has another value',
        'of Work opens a handoff',
        'says in its column that a side is not reached',
        'shows what only one program has: its own entries, and extensions',
      ],
    },
  },
  {
    behaviour: 'each of ten more programs gets its entries as it spells them, and four that can be had read them',
    source: 'reach',
    tests: {
      'unit/clients/golden.test.ts': ['is as it was: %s', 'is read back as what was meant'],
      'integration/formats/json/clients.test.ts': ['come out as they should: %s'],
      'e2e/clients/cline.test.ts': ['removes its own server, and leaves ours as written'],
      'e2e/clients/copilot-cli.test.ts': [
        'reads what sync wrote beside what was there',
        'rewrites its file when it removes a server, and leaves ours as written',
      ],
      'e2e/clients/opencode.test.ts': [
        'has its entries moved to opencode.jsonc once that exists',
        'reads what sync wrote beside what was there',
      ],
      'e2e/clients/qwen-code.test.ts': ['are refused with their place', 'reads what sync wrote beside what was there'],
    },
  },
  {
    behaviour: 'a server is started by its name where the program would fill a text in, and where its settings are published',
    source: 'reach',
    tests: {
      'unit/clients/further.test.ts': [
        'is started by its name for %s: %s',
        'of %s hold no key: such a server is started by its name',
        'gets a server by its name where it would fill a text in itself',
      ],
    },
  },
  {
    behaviour: 'a config that its program is writing is waited for, and left alone where that does not end',
    source: 'reach',
    tests: {
      'integration/files/held-file.test.ts': ['is waited for', 'keeps ours from writing after fifteen seconds, in words'],
      'integration/files/claude-lock.test.ts': ['is waited for', 'is refused in words after fifteen seconds, and left alone'],
    },
  },
  {
    behaviour: 'no tool of the bridge opens the config of a program, wherever a variable moves it',
    source: 'reach',
    tests: { 'unit/clients/closed.test.ts': ['every config of $id', 'the config of $id where $name moves it'] },
  },
  {
    behaviour: 'a decision that one program remembers is found by the other, in its project',
    source: 'shared mind',
    tests: {
      'e2e/bridge/twins.test.ts': ['remember a decision of the one for the other, in its project'],
      'e2e/bridge/claude-code.test.ts': ['stores and reads memory through its own entry, and our hook says what waits'],
      'integration/store/memory.test.ts': ['keeps a decision with its rationale, tags and author'],
    },
  },
  {
    behaviour: 'memory has versions, compare-and-set, history, expiry and lists by prefix, tag and page',
    source: 'shared mind',
    tests: {
      'integration/store/memory.test.ts': [
        'gives versions that are never given twice, also after a deletion',
        'refuses a version that is not the present one, and names that',
        'forgets what has expired',
        'lists by prefix, tag and page, taking no character for a pattern',
      ],
    },
  },
  {
    behaviour: 'memory is found by plain words',
    source: 'shared mind',
    tests: { 'integration/store/memory.test.ts': ['finds entries that hold all words before those that hold any'] },
  },
  {
    behaviour: 'several processes write at the same moment, and no acknowledged write is lost, killed or not',
    source: 'shared mind',
    tests: {
      'integration/store/durability.test.ts': [
        'keep all of 2 × 20 writes at the same moment',
        'count to exactly the sum of their compare-and-set steps',
        'lose no acknowledged write when they are killed in the middle of writing',
      ],
    },
  },
  {
    behaviour: 'all processes work on one store, whoever met the damage first, and lose nothing that was acknowledged',
    source: 'shared mind',
    tests: {
      'integration/store/one-store.test.ts': [
        'after a salvage, though a program has opened and closed the file before the second came',
        'is judged alike by doctor and all bridges when the end of the log was cut off after a kill',
      ],
    },
  },
  {
    behaviour: 'a manifest that is there and cannot be read opens nothing, whatever the flags say',
    source: 'twins',
    tests: {
      'e2e/bridge/broken-manifest.test.ts': [
        'only reads, in its workspace alone, and says so: $what',
        'obeys the manifest again once it is repaired and serve is restarted',
      ],
    },
  },
  {
    behaviour: 'a manifest that breaks while a bridge runs closes it from the next call on, and its repair opens it again',
    source: 'twins',
    tests: {
      'e2e/bridge/broken-manifest.test.ts': [
        'and $what closes it over $by from the next call on, until it is repaired',
        'stops the runner, which leaves actions waiting and continues after the repair',
        'stops actions run until it is repaired',
      ],
      'e2e/bridge/actions-terminal.test.ts': ['gets a refusal when the manifest breaks during the question'],
    },
  },
  {
    behaviour: 'a damaged, cut, emptied, older, newer or foreign store is said and salvaged, never guessed',
    source: 'shared mind',
    tests: {
      'integration/store/damage.test.ts': [
        'is salvaged row by row with a zeroed page, whichever it is, and says what was lost',
        'says that all is lost when the file was emptied',
        'says how many changes are missing when the log was cut',
        'says that it is older when an older file was put back',
        'refuses the database of another program, and leaves it as it is',
        'refuses a store of a newer version, opened before it became one or after',
      ],
    },
  },
  {
    behaviour: 'a full disk is said, and nothing is lost by it',
    source: 'shared mind',
    tests: { 'e2e/bridge/disk-full.test.ts': ['refuses what does not fit, and leaves every file as it was'] },
  },
  {
    behaviour: 'memory moves to and from the reference memory server',
    source: 'shared mind',
    tests: { 'e2e/bridge/memory-command.test.ts': ['gives back the bytes of a reference server, ended by %j'] },
  },
  {
    behaviour: 'two engines work on one store, and neither prints anything',
    source: 'shared mind',
    tests: {
      'e2e/bridge/twins.test.ts': ['share what they store, and print nothing'],
      'integration/store/store.test.ts': ['prints nothing, not even that an engine is experimental'],
    },
  },
  {
    behaviour: 'a lock that another process holds keeps nobody else from reading',
    source: 'shared mind',
    tests: { 'integration/store/durability.test.ts': ['wait for one that holds the lock, without holding up who only reads'] },
  },
  {
    behaviour: 'work is handed over: made, claimed by one session, asked about, answered, done',
    source: 'shared mind',
    tests: {
      'e2e/bridge/twins.test.ts': ['hand work over from creation to done, with a question between'],
      'e2e/bridge/prompts.test.ts': ['hand work over and pick it up'],
    },
  },
  {
    behaviour: 'a handoff may carry the branch and the diff of a repository, without keys',
    source: 'shared mind',
    tests: {
      'integration/bridge/handoff-repository.test.ts': [
        'carries its branch, the diff of each file and the names of new ones',
        'holds no key, and nothing of closed files',
      ],
      'integration/bridge/repository-formats.test.ts': ['after random changes (%i)'],
    },
  },
  {
    behaviour: 'a folder belongs to a project only if the project’s git directory names it back',
    source: 'shared mind',
    tests: {
      'integration/bridge/namespace.test.ts': [
        'is never put into another project by %s',
        'with %s as %s is a project of its own, and keeps nobody waiting',
      ],
    },
  },
  {
    behaviour: 'a stranger’s repository runs nothing, and shows nothing closed or outside, when a handoff carries its changes',
    source: 'shared mind',
    tests: {
      'integration/bridge/hostile-repository.test.ts': [
        '%s, in %s: nothing runs',
        '%j in the index is refused',
        'proj/%s in the index, where the last commit has a file proj, stays closed',
        '%s as .git/%s',
        'shows nothing outside while %s is swapped for a link',
      ],
    },
  },
  {
    behaviour: 'doctor reads through one side what it set through the other (bridge-link)',
    source: 'shared mind',
    tests: {
      'e2e/doctor/bridge.test.ts': ['says that both sides reach the one home, in %s'],
      'unit/doctor/bridge.test.ts': ['is an error where a value stored at home is not read through one of them'],
    },
  },
  {
    behaviour: 'two clients of different eras on the two sides play the whole first story',
    source: 'shared mind',
    tests: { 'e2e-lab/conversation.test.ts': ['decides in one, goes on in the other, asks back, and ends with both knowing'] },
  },
  {
    behaviour: 'diff shows what changes by its values, and what may be a key as dots',
    source: 'twins',
    tests: {
      'unit/plan/difference.test.ts': ['are shown where they are no key by shape: %s', 'are dots: %s'],
      'e2e/sync/diff.test.ts': ['shows each field of what sync would write, keys as dots, and writes nothing'],
    },
  },
  {
    behaviour: 'a server that a person decided to leave is not reported again',
    source: 'twins',
    tests: { 'e2e/sync/ignore.test.ts': ['is left alone, and only named with --verbose', 'is neither adopted nor pruned'] },
  },
  {
    behaviour: 'every command that writes configs, manifest or keys says with --dry-run what it would do, and changes no byte',
    source: 'twins',
    tests: {
      'unit/cli/dry-run.test.ts': ['--dry-run is taken by every command that writes, and each is tried'],
      'e2e/dry-run/dry-run.test.ts': ['leaves every byte as it is: %s %s %s'],
    },
  },
  {
    behaviour: 'mcp-twin can be typed in every folder, and advice is printed as it can be typed there',
    source: 'twins',
    tests: {
      'e2e/init/command.test.ts': [
        'puts a command there that starts the program in every folder',
        'stays empty where another mcp-twin is on PATH, but not for the one that npm puts in front for npx',
        'shows the command in its preview and takes it away',
        'by the path of its launcher elsewhere, and that can be typed',
      ],
    },
  },
  {
    behaviour: 'a model learns what waits for it from answers, the greeting and one hook',
    source: 'shared mind',
    tests: {
      'e2e/bridge/waiting.test.ts': [
        'is reported once in an answer of each session, and in the greeting',
        'lets the hook end with 0, whatever is wrong',
      ],
      'e2e/init/hook.test.ts': ['adds one hook behind those of others, which says what waits and always ends well'],
    },
  },
  {
    behaviour: 'resources are told of to who subscribed, in both protocol eras, and to nobody else',
    source: 'shared mind',
    tests: {
      'e2e/bridge/resources.test.ts': ['are listed and read, and announced to their subscribers alone when they change'],
      'integration/bridge/websocket.test.ts': ['that subscribed learn of a change by another connection, and nobody else does'],
    },
  },
  {
    behaviour: 'tools of shared servers and plugins stand in the first list, read from a plain file',
    source: 'shared mind',
    tests: { 'integration/bridge/foreign.test.ts': ['are listed after ours, as tools.json has them, and called'] },
  },
  {
    behaviour: 'a shared server runs once behind the bridge, and the same question costs one request',
    source: 'shared mind',
    tests: {
      'e2e/sharing/calls.test.ts': [
        'is one process for two programs, and answers the same question once',
        'is asked once by several who ask the same at the same time',
        'repeats calls that change something, and never reuses an error',
      ],
    },
  },
  {
    behaviour: 'results of shared searches are found and used again by the other program',
    source: 'shared mind',
    tests: { 'e2e/sharing/calls.test.ts': ['leaves results that the other program finds and uses again without a request'] },
  },
  {
    behaviour: 'a shared server that dies, stops, cannot start or changes its tools disturbs nothing else',
    source: 'shared mind',
    tests: {
      'e2e/sharing/calls.test.ts': [
        'is killed in the middle of a call: it fails, is not repeated, and the next bridge starts the server again',
        'cannot be started: the call says why, and that nothing was sent',
        'changes its tools: the list stays, and the status says so',
      ],
    },
  },
  {
    behaviour: 'any bridge may be killed, the holder of the lease included, and the others go on',
    source: 'shared mind',
    tests: {
      'e2e/bridge/twins.test.ts': ['continue when either is killed, the holder of the lease included'],
      'integration/store/lease.test.ts': ['is held by exactly one of several processes, and by another when that one is killed'],
    },
  },
  {
    behaviour: 'a call in the middle of which its runner is killed is never made twice',
    source: 'shared mind',
    tests: { 'integration/store/lease.test.ts': ['has work in the middle of which its holder is killed fail, and does not repeat it'] },
  },
  {
    behaviour: 'memory and handoffs are shown and changed on the command line',
    source: 'shared mind',
    tests: {
      'e2e/bridge/memory-command.test.ts': ['shares its store with the tools of a bridge'],
      'e2e/bridge/waiting.test.ts': ['are made, listed and shown'],
    },
  },
  {
    behaviour: 'one file is read and written by programs of both sides, in either spelling',
    source: 'twins',
    tests: {
      'e2e-lab/bridge.test.ts': ['what Desktop writes through wsl.exe Claude Code reads, and the reverse, in either spelling'],
      'e2e-lab/bridge-entries.test.ts': ['is started by all six, and what one of them writes all others read'],
    },
  },
  {
    behaviour: 'a task for the other program waits, is claimed by one, and its result comes back',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/actions.test.ts': [
        'waits until it is claimed, and its result comes back to who asked',
        'for any other program goes to whoever claims it first, but not to who asked',
      ],
    },
  },
  {
    behaviour: 'conversations are saved, and opened by a link that carries one line and no prompt',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/actions.test.ts': [
        'writes a new file of the workspace, which only its owner can read',
        'by its id is done once an opener took the link',
        'for a prompt opens a window with one line, never with the prompt, which the program then claims',
      ],
    },
  },
  {
    behaviour: 'what changes a configuration waits for a person, who sees the whole command',
    source: 'actions and plugins',
    tests: {
      'e2e/bridge/actions-terminal.test.ts': [
        'sees the whole command, and changes nothing by no',
        'leaves it waiting by Ctrl-C',
        'runs it by yes',
      ],
      'integration/bridge/actions.test.ts': ['waits for a person, who is shown the whole command'],
    },
  },
  {
    behaviour: 'actions expire, are cancelled, and are waited for within a limit',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/actions.test.ts': [
        'expires when nobody claims it, and the asker learns of it',
        'is cancelled before its claimer is ready, who learns of it',
        'ends when the time is over',
      ],
    },
  },
  {
    behaviour: 'runners and claimers are killed at random, and each action ends with its effect once or said to be unknown',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/actions-killed.test.ts': [
        '${many} of them: each ends, each effect happens once or is said to be unknown',
        'is followed by another, which carries on',
        'goes back when its process is killed',
      ],
    },
  },
  {
    behaviour: 'shared state is mirrored out, and signed pending actions and trigger files are taken in once',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/triggers.test.ts': [
        "has the document's shape, and what is queued soon after",
        'accepts signed objects, and turns them into plain records',
        'refuses unsigned files, and keeps what was there',
        'that a session signed is queued as if its client had asked, and its file goes',
        'is taken up whole, each once, in the order of its files',
      ],
    },
  },
  {
    behaviour: 'links are opened by argument vector on the right side of the border',
    source: 'actions and plugins',
    tests: {
      'e2e/bridge/actions.test.ts': ['is opened on Windows by a bridge in WSL: one argument of one program, with one line'],
      'e2e-lab/links.test.ts': ['is opened from WSL by one link as one argument, which holds nothing of the prompt'],
      'unit/world/open-link.test.ts': [
        'is opened on Windows from WSL, by a program and not by a shell',
        'of anything else is never opened: %j',
      ],
    },
  },
  {
    behaviour: 'a configuration is changed by a person with one command, backed up and undone',
    source: 'actions and plugins',
    tests: {
      'e2e/bridge/actions.test.ts': [
        'update_mcp_config is shown whole, carried out by actions run alone, and undone like any run',
        'switch_model sets one value in the settings, which undo takes back',
      ],
    },
  },
  {
    behaviour: 'a name that nothing has is wrong usage (2), whatever the command, and the near one is named',
    source: 'twins',
    tests: { 'e2e/command-line/unknown.test.ts': ['is wrong usage and names the near one: %s', 'has a row for every command'] },
  },
  {
    behaviour: 'uninstall shows first what becomes of every entry and file, and loses nothing that its person wrote',
    source: 'twins',
    tests: {
      'e2e/uninstall/histories.test.ts': ['ends with an uninstall that loses nothing of the person'],
      'e2e/uninstall/originals.test.ts': ['gives every file back byte for byte after far more runs than are kept'],
      'e2e/uninstall/nothing-lost.test.ts': [
        'shows what becomes of every entry and file before it asks, and does just that',
        'gives back what a person had written in place of %s before --force had it %s',
        'leaves out an entry that its person took out by hand and that was then %s',
        'in a project changes its files alone, with --purge too, and says so',
      ],
      'e2e/init/hook.test.ts': ['is taken away by uninstall, and nothing else: %s'],
    },
  },
  {
    behaviour: 'init writes what was ticked, where it was found, and says before it asks what is left out and why',
    source: 'twins',
    tests: {
      'e2e/init/ticks.test.ts': [
        'and leaves a server that was not ticked, with its key, to the programs that have it',
        'for a program on the side where it was found, and not on the one that does not have it',
        'with a path of one side spelled for each, so that doctor finds nothing',
        "and keeps a server of several programs in the choice where one program's version does not exist",
      ],
    },
  },
  {
    behaviour: 'what init has written and does not answer ends it with 3, as after add',
    source: 'twins',
    tests: {
      'e2e/sync/trying.test.ts': ['by init ends with 3 when it does not answer; what init did not write is only reported'],
    },
  },
  {
    behaviour: 'a person who approves a server sees all that will be, and no right or key of another server goes with its name',
    source: 'actions and plugins',
    tests: {
      'e2e/bridge/actions.test.ts': [
        'shows the whole result, and gives the new server neither rights nor keys of the old one',
        'shows the plan again when the manifest has changed, and does nothing before',
        'changes the own manifest and no project, wherever it is typed',
      ],
      'unit/plan/wish.test.ts': ['keeps what a person granted the same package, in another version and with other arguments, but no key'],
    },
  },
  {
    behaviour: 'a session is kept as a digest, ends at its time whatever the clock does, and is revoked',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/http.test.ts': [
        'keep the SHA-256 of a token and nothing that leads back, for their owner only',
        'expire, whether a clock is set back or forward by 25 h',
      ],
      'integration/bridge/sessions.test.ts': ['is kept nowhere, nor what it can be found out from'],
    },
  },
  {
    behaviour: 'a session that ends closes its connections, streams and calls included, over every listener',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/http.test.ts': ['close their connections when they are revoked'],
      'integration/bridge/sessions.test.ts': ['loses %s'],
      'integration/bridge/websocket-limits.test.ts': [
        'by its time closes its WebSocket in the middle of a call, with the reason, and no other',
        'by being revoked closes all its connections, and what they still send is not read',
      ],
    },
  },
  {
    behaviour: 'nobody comes in over HTTP or WebSocket without a token of a session that is valid',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/http.test.ts': ['refuses a request without a token'],
      'integration/bridge/websocket.test.ts': ['refuses a token that is missing, cut, longer, of another scheme, or in the address'],
    },
  },
  {
    behaviour: 'a bridge of the version before works on beside the files of this one',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/sessions.test.ts': [
        'that were made by it are valid, listed and revoked',
        'that are made, used and revoked now leave a file that it reads, whatever other files there are',
      ],
    },
  },
  {
    behaviour: 'programs that know only WebSocket work through it, in both protocol eras',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/websocket.test.ts': ['the SDK’s client %s lists and calls'],
      'e2e/bridge/claude-code.test.ts': ['connects over stdio, HTTP and WebSocket, and calls tools that a stand-in of its model asks for'],
    },
  },
  {
    behaviour: 'over WebSocket dead peers are dropped, slow readers cut, and frames are limited',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/websocket.test.ts': ['are refused beyond 16 MiB, in one frame, in many, or only announced'],
      'integration/bridge/websocket-limits.test.ts': [
        'is dropped when it answers no ping, and one that answers stays',
        'is cut off with the reason when too much waits, and holds up nobody',
        'keep nobody out, a thousand of them: %s',
      ],
    },
  },
  {
    behaviour: 'the WebSocket library is loaded only when it is used',
    source: 'actions and plugins',
    tests: { 'e2e/bridge/websocket.test.ts': ['loads the WebSocket library only with --ws'] },
  },
  {
    behaviour: 'no key stands in any file that the bridge writes',
    source: 'actions and plugins',
    tests: {
      'e2e/bridge/written.test.ts': ['no file that the bridge writes holds a stored key, over any transport'],
    },
  },
  {
    behaviour: 'records stay within 50 MB, and where they cannot be written commands and actions stop and reads go on',
    source: 'actions and plugins',
    tests: {
      'integration/bridge/audit.test.ts': [
        'stays within 50 MB, files found too large at the start included',
        'runs no command while a folder stands in its place, and says so in the status',
        'queues no action while it cannot be written, but still reads files and memory',
      ],
    },
  },
  {
    behaviour: 'what happens on both sides is followed by people and programs',
    source: 'actions and plugins',
    tests: {
      'e2e/bridge/events.test.ts': [
        'shows changes, calls, refusals and sessions of other processes, a document a line',
        'are all shown, typed on %s',
      ],
    },
  },
  {
    behaviour: 'answers of our own tools keep to max_tokens, words and data each, and name what they leave out',
    source: 'shared mind',
    tests: {
      'integration/bridge/budgets.test.ts': [
        'has at most 20 000 tokens of words and as many of data: %s',
        'has at most as many tokens as max_tokens says: %s',
        'is not much smaller than it may be where there is more to show',
      ],
      'integration/bridge/handoff-limits.test.ts': ['is cut where it is full: nothing of a lower priority comes before what was cut'],
    },
  },
  {
    behaviour: 'what programs store for each other has limits, is listed without its texts, and goes when it is closed',
    source: 'shared mind',
    tests: {
      'integration/bridge/handoff-limits.test.ts': [
        'is at most 2 MiB a handoff, and 64 KiB a note, a question or an answer',
        'is at most 2000 open handoffs and 2000 open questions of a sender',
        'is at most 256 MiB: what is closed makes room, and what is open is named',
        'goes 90 days after it was done, dropped or read, and stays while it is open',
      ],
      'integration/store/older-store.test.ts': [
        'is listed, read and claimed, and no long text leaves it',
        'is written to without reading it, refuses new things, and takes what closes old ones',
        'keeps its name: a program of that version goes on reading, and is refused writing',
        'is salvaged with all its handoffs',
      ],
    },
  },
  {
    behaviour: 'a program learns who it is, where, and with whom it shares the bridge',
    source: 'shared mind',
    tests: {
      'integration/bridge/files.test.ts': ['starts bridge_status with the client and its side'],
      'integration/bridge/recipients.test.ts': [
        'bridge_status names the programs of all bridges, the one that asks first',
        'bridge_status counts the programs beyond twenty',
      ],
    },
  },
  {
    behaviour: 'a person opens a project to both programs when setting up, or with one command later',
    source: 'shared mind',
    tests: {
      'e2e/init/prompts.test.ts': [
        'is the repository around the folder where init is typed, if the person likes',
        'is asked for again until there is one, and may be none',
        'is not asked for without a terminal, but the command is named',
      ],
      'unit/doctor/bridge.test.ts': ['tells one that is neither absolute nor from ~', 'tells one that is closed'],
    },
  },
  {
    behaviour: 'what a model tries first is good, or made good in one step by the words of the refusal',
    source: 'shared mind',
    tests: {
      'e2e/bridge/stumbles.test.ts': [
        'covers some sixty calls, in words alone for Claude Code',
        'succeeds, or after the advice of its refusal: $title',
      ],
      'integration/bridge/files.test.ts': ['names near open files for a missing one, and no closed file', 'says of %s which path it names'],
    },
  },
  {
    behaviour: 'a program that shows words alone reads in them all that an answer holds as data',
    source: 'shared mind',
    tests: { 'integration/bridge/words-hold-data.test.ts': ['tell all that its data hold: %s'] },
  },
  {
    behaviour: 'a wait ends when something is there for who waits, and goes on while a person is asked',
    source: 'shared mind',
    tests: {
      'integration/bridge/inbox-waiting.test.ts': [
        'waits until a question is answered, whatever others read, remember or claim meanwhile',
        'ends when it is cancelled, and shows an answer that came too late again',
        'goes on waiting while a person is asked, and says so when the time is over',
        'answers at once for a window that a person opens by hand',
        'names each thing once, however often it changed',
        'refuses a cursor that lies ahead of the store',
        'marks a thing as changed by the caller when the caller changed it last',
      ],
    },
  },
  {
    behaviour: 'no text of another program passes for an answer, an entry or a person',
    source: 'shared mind',
    tests: {
      'integration/bridge/forged-words.test.ts': [
        'is quoted line by line in handoff_read, below lines that say whose it is',
        'is quoted in inbox, and the titles of lists stay one line',
        'is quoted where it comes in the role of the person',
        'is quoted in the params and results of actions',
        'names its client in quotation marks where that is more than a name',
      ],
    },
  },
  {
    behaviour: 'it shows what tools cost in tokens, starting only what is unknown, once, and leaves tools out through the bridge',
    source: 'twins',
    tests: {
      'e2e/servers/tokens.test.ts': [
        'shows what was found when a sync tried the servers, and starts nothing again',
        'starts what is not known once, however many programs have it, and says why others are not known',
        'counts the bridge as a row of its own, and what it lists of shared servers as theirs',
        'shares a server with these tools alone, saying first how it is reached from then on',
        'keeps what "cache" says',
      ],
      'unit/doctor/servers.test.ts': ['a program whose tools cost more than 20 000 tokens, with the three heaviest and what to type'],
    },
  },
  {
    behaviour: 'what nobody agreed to start is shown and asked, and what was agreed to is not asked again',
    source: 'twins',
    tests: {
      'e2e/export/import.test.ts': [
        'asks nothing, though they were removed in between',
        'names what an export has changed, and takes nothing of it unasked',
      ],
      'unit/launch/agreed.test.ts': ['is another launch with %s', 'stays agreed when a value changes, or a part that starts nothing'],
    },
  },
  {
    behaviour: 'one login reaches a remote server from every program of both sides, and no token is anywhere but in its file',
    source: 'twins',
    tests: {
      'e2e/login/login.test.ts': [
        'opens the browser, keeps the login, and lets every program use it',
        'without a login refuses each request, opens no browser, and works once somebody has logged in',
        'of four at once after the end of a token renews the login once',
        'after one that was killed %s the server took its old token %s',
      ],
      'e2e/login/sides.test.ts': ['is made in the browser of Windows, kept at home alone, and renewed once for four starts on two sides'],
      'e2e/login/around.test.ts': [
        'stays through undo, and is written into no backup and no export',
        'ends with uninstall, which revokes it and removes the file',
      ],
      'integration/login/refusals.test.ts': ['takes only the answer to our question', 'cuts off another user of this computer'],
    },
  },
  {
    behaviour: 'an extension of Claude Desktop is started by the other programs as each side can, on the same files and values',
    source: 'reach',
    tests: {
      'e2e/extensions/bring.test.ts': [
        "is started by each side's own node, on the same files, and follows what is ticked in Claude Desktop",
      ],
      'e2e/extensions/later.test.ts': ['follows what is ticked in Claude Desktop by itself where the home is watched'],
      'e2e/extensions/init.test.ts': [
        'brings none by itself, and names the command',
        'brings all that can come with --both, and says why another one stays',
        'asks on a terminal, with none ticked',
        'names the machine, and an import elsewhere leaves the extension out',
      ],
      'e2e/extensions/kinds.test.ts': [
        "is Windows' own node for modules of machine code",
        'is the program of Windows that the bundle names for Windows',
        'is the %s of Windows, by its full path',
        'move into the store where they are plain, and are asked for where Claude Desktop keeps them encrypted',
        'get a name of their own where one of that name is stored already',
        'is named with the reason: %s',
        'is forbidden by a policy of Windows',
      ],
      'e2e-lab/extensions.test.ts': ['run on either side as JavaScript, and by Windows alone with modules of machine code'],
      'unit/launch/extension.test.ts': ['is re-spelled only where it is a file or a folder', 'says why and what helps: %s'],
    },
  },
  {
    behaviour: 'what an extension starts was agreed to, its own files stay as they are, and it gets no key but its own',
    source: 'reach',
    tests: {
      'e2e/extensions/kinds.test.ts': ['never gets a key of the store because the bundle names it', 'is meant for a project’s manifest'],
      'e2e/extensions/later.test.ts': [
        'starts nothing new after an update by Claude Desktop until a person agrees',
        'stays when it is switched off in Claude Desktop, with a notice',
        'is refused with the command that removes it once it is uninstalled there',
        'stays when Claude Desktop’s whole folder is missing, and does not count as uninstalled',
        "leaves Claude Desktop's bytes alone, uninstall included",
        'is started by its name only as it was agreed to',
        'is reported where another entry starts the same',
      ],
      'unit/launch/extension.test.ts': ['never become templates of ours, however they are put together', 'is another with %s'],
    },
  },
  {
    behaviour: 'Python packages are installed on every side, the same version with the same dependencies, and nothing else reaches uv',
    source: 'reach',
    tests: {
      'e2e/packages/python.test.ts': [
        'is installed on both sides, pinned with its dependencies, and started by its absolute console script',
        'is asked of uv in these words alone, without a key in its environment, and the first installation is thrown away',
        'has the same dependencies on a side that gets it later, and until then that side is refused with the line that installs uv',
        'is installed again where it was broken off, and comes back as it was where that fails',
        'is built from source only where that is allowed',
        'goes with an uninstall, and its folder with the server',
        'refuses anything but a plain name before uv is called',
        'leaves the manifest alone for a package that does not exist, and for one of several programs',
        'makes a plain uvx line a package where every side has uv, and leaves what is more than that as typed',
        'become packages of both sides when init imports them',
        'are shown, tried on both sides and taken, and the old folder goes at the next sync',
      ],
      'unit/packages/python.test.ts': ['refuses %j', 'orders versions as PEP 440 does', 'is refused with %s'],
      'unit/launch/python.test.ts': ['is read back as what it was rendered from, on %s'],
    },
  },
  {
    behaviour: 'servers of the MCP registry are found and added, and what could start something else is refused',
    source: 'twins',
    tests: {
      'e2e/servers/registry.test.ts': [
        'asks once a word, and shows what add would take, the keys that it needs, and what is not for it',
        'is an ordinary package in the exact version of the entry, and nothing remembers the registry',
        'never gives the server a stored key of that name without a question',
        'is refused with the way by hand, and changes nothing',
        '%s: exit code 1, in words',
        'is not asked with --offline, nor over http on another computer',
      ],
      'unit/registry/offer.test.ts': [
        'is refused with %s, and says the way by hand',
        'is refused with the variable %s',
        'may not take values of this computer: %s',
      ],
    },
  },
  {
    behaviour: 'a page of a listener in WSL is opened by the name under which Windows reaches it, and nothing where none does',
    source: 'twins',
    tests: {
      'unit/world/open-page.test.ts': [
        "is opened in Windows' browser by the name under which Windows reaches it",
        'is looked for by curl.exe where Windows has no node',
        'is not opened where %s, and says the address and what helps',
        'of anything else is never opened: %s',
      ],
    },
  },
  {
    behaviour: 'a plugin runs in a process of its own, is allowed by digest, and harms neither bridge nor protocol',
    source: 'actions and plugins',
    tests: {
      'e2e/bridge/hostile-plugins.test.ts': [
        '$title: the bridge lives and its other tools answer',
        'lets the bridge end cleanly after all of them, with no process left',
        '%s: it is refused with the reason',
      ],
      'e2e/bridge/plugins.test.ts': [
        "the document's example works unchanged",
        'new writes one that works with its test %s',
        'bridges follow what is allowed, changed and revoked at once; listing starts nothing',
        'a plugin whose file changed is not run, and doctor says so',
        'a plugin ends with a bridge that is killed, even in an endless loop',
      ],
    },
  },
  {
    behaviour: 'a whole working day across both sides, with real Windows programs',
    source: 'actions and plugins',
    tests: { 'stories/two-windows-lab.test.ts': ['play a whole working day'] },
  },
  {
    behaviour: 'the same working day across two planted sides',
    source: 'actions and plugins',
    tests: { 'stories/two-windows-planted.test.ts': ['plays a whole working day across two planted sides'] },
  },
]

/** Rows that no test proves yet; `npm test` names them. */
export const unproven: readonly Pick<Requirement, 'behaviour' | 'source'>[] = []

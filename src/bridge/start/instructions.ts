import type { Settings } from '../base/settings.ts'
import { inName } from '../base/text.ts'
import { spell } from '../policy/spelling.ts'

/** The most characters of instructions: each conversation pays for them. */
const most = 900

/** What the instructions are made of, besides the settings. */
export interface Audience {
  readonly settings: Pick<
    Settings,
    'client' | 'unreadable' | 'families' | 'readOnly' | 'terminal' | 'roots' | 'readable' | 'partners' | 'clientSide' | 'self'
  >
  /** Who is on the other end, where that is not the client of the settings. */
  readonly client?: string
  /** The namespace of this session's memory. */
  readonly namespace: string
  /** What waits, in a line; null: nothing. */
  readonly waiting: string | null
}

/** The instructions of this server for a model: only what is on, at most 900 characters. */
export function instructionsOf({ settings, client = settings.client, namespace, waiting }: Audience): string {
  const { families, readOnly, unreadable, partners = [] } = settings
  const has = (family: (typeof families)[number]): boolean => families.includes(family)
  const others = partners.filter((id) => id !== client)
  const first = [
    has('handoff') ? 'inbox first' : has('actions') ? 'list_actions to see what is asked' : '',
    has('memory') ? 'memory_search before deciding anything' : '',
    has('handoff') && !readOnly ? 'handoff_create to hand work over' : '',
  ].filter((each) => each !== '')
  const lines = [
    `You are ${inName(client)}. ${others.length === 0 ? 'Other programs of this computer may share this server.' : `Shared with ${few(others, 240, has('bridge'))}.`}`,
    ...(first.length === 0 ? [] : [`Call ${first.join('; ')}.`]),
    ...(has('memory') ? [`Namespace of this session: ${few([inName(namespace)], 160, has('bridge'))}.`] : []),
    ...(unreadable !== undefined ? [unreadable] : readOnly ? ['Nothing can be changed through this server: it is read-only.'] : []),
  ]
  const asks = has('files') || has('search') || (has('terminal') && settings.terminal !== 'off')
  const end = waiting === null ? [] : [waiting]
  if (!asks) return [...lines, ...end].join('\n')
  const hasTwoSpellings = settings.self.kind === 'wsl' || settings.self.kind === 'windows'
  const after = hasTwoSpellings ? ' Paths may be spelled as Windows or as Linux does.' : ''
  const left = most - [...lines, `Folders: .${after}`, ...end].join('\n').length
  return [...lines, `Folders: ${few(foldersOf(settings), left, has('bridge'))}.${after}`, ...end].join('\n')
}

/** As many as fit into so many characters; the rest is counted. */
function few(names: readonly string[], room: number, hasStatus: boolean): string {
  const rest = (count: number): string => ` and ${count} more${hasStatus ? ' (bridge_status)' : ''}`
  let [shown, text] = [0, '']
  for (const name of names) {
    const next = shown === 0 ? name : `${text}, ${name}`
    const left = names.length - shown - 1
    if (next.length + (left === 0 ? 0 : rest(left).length) > room) break
    ;[shown, text] = [shown + 1, next]
  }
  if (shown > 0) return text + (shown < names.length ? rest(names.length - shown) : '')
  return `${names.length} with long names${hasStatus ? ' (bridge_status)' : ''}`
}

/** The allowed folders as the client's side spells them. */
function foldersOf({ roots, readable = [], clientSide, self }: Audience['settings']): string[] {
  const side = clientSide === undefined || clientSide === self.kind ? self : { ...self, id: clientSide, kind: clientSide, self: false }
  return roots.map((root) => {
    const spelled = (side.kind === 'windows' ? spell(root, side, { self, others: [] }) : null) ?? root
    return `${inName(spelled)}${readable.includes(root) ? ' (read-only)' : ''}`
  })
}

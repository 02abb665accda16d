import { localTime } from '../core/local-time.ts'
import type { Action } from '../bridge/actions/action.ts'
import { type ConfigInput, readWish, standingServer } from '../bridge/actions/config-change.ts'
import { labelOf } from '../bridge/actions/target.ts'
import { typeNamed } from '../bridge/actions/types/index.ts'
import { quoteInLine } from '../bridge/base/quote.ts'
import { failed } from '../bridge/base/refusal.ts'
import type { Settings } from '../bridge/base/settings.ts'
import { type FactKind, type ServerFact, serverFacts, shellWord } from '../core/plan/server-facts.ts'
import { afterWish, wishDigest } from '../core/plan/wish.ts'
import { isObject } from '../core/object.ts'
import type { JsonObject } from '../model/entry.ts'
import type { ServerSpec } from '../model/manifest.ts'
import { visible } from '../ui/escape.ts'

/** A program's name for people; a name that it gave itself is quoted where it is no plain word. */
export const programName = (id: string): string => (labelOf(id) === id ? quoteInLine(id) : labelOf(id))

/** Below a heading of ours every line is indented, so that no word of a program can stand where ours do. */
export const listed = (heading: string, lines: readonly string[]): string[] => [heading, ...lines.map((line) => `    ${line}`)]

const headings: Readonly<Record<FactKind, string>> = {
  program: 'It starts this program:',
  package: 'It starts this npm package:',
  address: 'It connects to this address:',
  variable: 'With these variables:',
  header: 'With these headers:',
  key: 'It gets these keys:',
  right: 'It may:',
  programs: 'It is set up in:',
  further: 'And:',
}

/** Said where there is nothing under a heading that a person looks for. */
const none: Partial<Record<FactKind, string>> = { key: 'It gets no key.', right: 'It gets no right of its own.' }

const kinds = Object.keys(headings) as FactKind[]

function factLines(facts: readonly ServerFact[]): string[] {
  return kinds.flatMap((kind) => {
    const texts = facts.flatMap((fact) => (fact.kind === kind ? [fact.text] : []))
    return texts.length > 0 ? listed(headings[kind], texts) : none[kind] === undefined ? [] : [none[kind]]
  })
}

const nouns: Readonly<Record<FactKind, string>> = {
  ...{ program: 'program', package: 'npm package', address: 'address', variable: 'variable', header: 'header', key: 'key' },
  ...{ right: 'right to', programs: 'set up in', further: 'setting' },
}

/** What a server will be, and what of it now will be gone. */
function changeLines(standing: ServerSpec | undefined, after: ServerSpec | null): string[] {
  const is = after === null ? [] : serverFacts(after, { label: programName, hidesKeys: false })
  const was = standing === undefined ? [] : serverFacts(standing, { label: programName, hidesKeys: true })
  const gone = was.filter(({ kind, text }) => !is.some((fact) => fact.kind === kind && fact.text === text))
  const isSame = gone.length === 0 && is.length === was.length
  return [
    ...(after === null ? [] : factLines(is)),
    ...(standing === undefined ? ['No server of that name is in your manifest now.'] : []),
    ...(gone.length > 0
      ? listed(
          'What it has now and will not have any more:',
          gone.map(({ kind, text }) => `${nouns[kind]} ${text}`),
        )
      : []),
    ...(standing !== undefined && isSame ? ['Nothing differs from what your manifest says now.'] : []),
  ]
}

async function serverLines(action: Action, settings: Settings, fresh: JsonObject | null): Promise<string[]> {
  const wish = await readWish(action.params as unknown as ConfigInput, action.to, settings)
  const standing = await standingServer(wish.name, settings)
  const after = afterWish(standing, wish)
  // What is shown must be what is approved, and approved is what `fresh` is about.
  if (fresh !== null && fresh.digest !== wishDigest(standing, after))
    throw failed(`The manifest changed just now, so nothing was done. Look again: mcp-twin actions run ${action.id}`)
  const where = action.to === null ? 'every program that takes part' : programName(action.to)
  const verb = wish.server === null ? 'take the server' : 'set up the server'
  const preposition = wish.server === null ? 'out of' : 'in'
  return [`${asker(action)} asks to ${verb} ${shellWord(wish.name)} ${preposition} ${where}.`, ...changeLines(standing, after)]
}

const asker = ({ from }: Action): string => programName(from)

/**
 * What a person is shown before an action is carried out: who asks, and what will be, in plain words. `fresh`: what `review` said just
 * now. Every line is safe to print.
 */
export async function actionScreen(action: Action, settings: Settings, fresh: JsonObject | null): Promise<string[]> {
  const lines =
    action.type === 'update_mcp_config' && action.status === 'needs_user'
      ? await serverLines(action, settings, fresh)
      : [`${asker(action)} asks ${action.to === null ? '' : `${programName(action.to)} `}to ${askedOf(action)}.`]
  const [first = '', ...more] = lines
  return [first, `Asked ${localTime(action.timestamp)}, as action ${quoteInLine(action.id)}.`, ...more].map(visible)
}

/** What an action asks for, in a few words. */
export const askedOf = ({ type, params }: Pick<Action, 'type' | 'params'>): string =>
  typeNamed(type)?.asked(params) ?? `do ${quoteInLine(type)}`

/** How an action ended, for the person who ran it. Every line is safe to print. */
export function resultLines({ id, status, result }: Action): string[] {
  const { error, message, command } = isObject(result) ? result : {}
  const words = [error, message].find((each) => typeof each === 'string') ?? (result === null ? '' : JSON.stringify(result))
  // The rest of the message shows all of it again, which the next run does.
  const said = typeof command === 'string' ? words.split('\n', 1) : words.split('\n')
  const [first = '', ...more] = said
  const heading = status === 'done' ? 'Done: ' : status === 'failed' ? 'Failed: ' : ''
  const again = status === 'needs_user' && typeof command === 'string' ? [`To look again: mcp-twin actions run ${id}`] : []
  return [`${heading}${first}`, ...more, ...again].map(visible)
}

import type { Prompt } from '../context.ts'
import { EXIT, TwinError, usageError } from '../errors.ts'
import { type PageAnswer, errorAnswer, WrongRequest } from './answers.ts'
import { exposing, mayStart, unagreed } from './asks.ts'
import { answerOf, type Doing } from './doing.ts'
import type { Entrance } from './entrance.ts'
import type { Life } from './life.ts'
import type { Arrived, Route } from './listening.ts'
import type { Live } from './live.ts'
import { readingLine, readingNames } from './reading.ts'
import type { WindowPlan } from './plan.ts'

interface RouteMeans {
  readonly doing: Doing
  readonly life: Life
  readonly entrance: Entrance
  readonly live: Live
}

/** What the page may ask for, by its addresses. */
export const apiRoutes = (plan: WindowPlan, { doing, life, entrance, live }: RouteMeans): [string, Route][] => [
  ...openRoutes(plan, entrance),
  ...readingNames.map((name): [string, Route] => [`/api/${name}`, { method: 'GET', answer: ({ query }) => read(plan, name, query) }]),
  ['/api/about', { method: 'GET', answer: () => ({ status: 200, document: { command: 'ui', ...plan.about, readOnly: plan.isReadOnly } }) }],
  ...Object.entries(changing(plan, { doing, life, entrance, live })),
]

/** What is answered without a session. */
function openRoutes(plan: WindowPlan, entrance: Entrance): [string, Route][] {
  const text = (bytes: string): PageAnswer => ({ file: { type: 'text/plain; charset=utf-8', bytes: Buffer.from(bytes) } })
  const enter = ({ body }: Arrived): PageAnswer => {
    const { ticket } = Object(body)
    if (typeof ticket !== 'string') throw new WrongRequest('A ticket is needed.')
    const entered = entrance.enter(ticket)
    if ('session' in entered) {
      plan.onEntered()
      return { status: 200, document: { command: 'ui', session: entered.session } }
    }
    if (entered.refused !== 'unknown') plan.onRefused(entered.refused)
    return errorAnswer(401, `ticket-${entered.refused}`, refusedTicket(entered.refused), { hint: 'mcp-twin ui' })
  }
  return [
    [
      '/hello',
      {
        ...{ method: 'GET', open: true },
        answer({ query }) {
          const question = query.get('n') ?? ''
          if (!/^[\w-]{16,64}$/.test(question)) throw new WrongRequest('A question is needed.')
          return text(entrance.proof(question))
        },
      },
    ],
    ['/api/enter', { method: 'POST', open: true, answer: enter }],
  ]
}

const refusedTicket = (why: 'used' | 'late' | 'unknown'): string =>
  why === 'used'
    ? 'This link was used already. If this was not you: Ctrl-C in the terminal.'
    : why === 'late'
      ? 'This link is too old. Press Enter in the terminal for a new one.'
      : 'This link is not of this program.'

const read = async ({ run }: WindowPlan, name: string, query: URLSearchParams): Promise<PageAnswer> =>
  answerOf(await run(readingLine(name, query)))

/** Everything that is a click. */
function changing(plan: WindowPlan, { doing, life, entrance, live }: RouteMeans): Record<string, Route> {
  const post = (answer: (body: unknown) => PageAnswer | Promise<PageAnswer>): Route => ({
    method: 'POST',
    answer({ body }) {
      life.clicked()
      return answer(body)
    },
  })
  const unlessReadOnly = (answer: (body: unknown) => Promise<PageAnswer>) =>
    post((body) =>
      plan.isReadOnly ? errorAnswer(403, 'read-only', 'This page only looks: it was opened with --read-only.') : answer(body),
    )
  return {
    '/api/click': post(() => ({ status: 200, document: { command: 'ui' } })),
    '/api/ticket': post(() => ({ status: 200, document: { command: 'ui', ticket: entrance.ticket() } })),
    '/api/preview': post((body) => doing.preview(body)),
    '/api/do': post((body) => doing.do(body)),
    '/api/secret': unlessReadOnly((body) => keep(plan, body)),
    '/api/try': unlessReadOnly((body) => tryOne(plan, live, body)),
    '/api/deep': unlessReadOnly(() => lookDeeper(plan)),
  }
}

/** Stores a key that was typed into the page. It comes in, and never goes out. */
async function keep(plan: WindowPlan, body: unknown): Promise<PageAnswer> {
  const { name, value, sure } = Object(body)
  if (typeof name !== 'string' || typeof value !== 'string') throw new WrongRequest('A name and a value are needed.')
  const looked = await plan.look()
  const users = looked === null ? [] : exposing(looked.standing, name)
  if (users.length > 0)
    return errorAnswer(403, 'terminal', `${users.join(', ')} would show it to other programs, in an argument or an address.`, {
      hint: `mcp-twin secret set ${name}`,
    })
  await plan.audit('secret set', 'page')
  return answerOf(await plan.run(['secret', 'set', '--', name], { prompt: answering(value, sure === true) }))
}

/** Gives the key where it is asked for, and says no to what follows: the page shows that as a plan of its own. */
function answering(value: string, isSure: boolean): Prompt {
  const nothing = (): never => {
    throw new TwinError('asked', 'This has to be answered in a terminal.')
  }
  return {
    able: true,
    secret: async () => value,
    async confirm(question, { flag }) {
      if (flag === 'mcp-twin sync') return false
      if (isSure) return true
      throw usageError(question, { hint: 'save it again to use it anyway' })
    },
    ...{ text: nothing, choose: nothing, chooseMany: nothing },
  }
}

/** Starts a server as its programs would, if all that starts was agreed to. What it says meanwhile goes to all pages, under the name `id` of this try. */
async function tryOne(plan: WindowPlan, live: Live, body: unknown): Promise<PageAnswer> {
  const { name, id = '' } = Object(body)
  if (typeof name !== 'string') throw new WrongRequest('A name is needed.')
  if (typeof id !== 'string' || !/^[\w-]{0,64}$/.test(id)) throw new WrongRequest('This is no name of a try.')
  const looked = await plan.look()
  if (looked === null || !mayStart(looked.standing, name))
    return errorAnswer(403, 'terminal', 'What this starts was not agreed to yet.', { hint: `mcp-twin try ${name}` })
  await plan.audit('try', 'page')
  return answerOf(await plan.run(['try', '--', name], { listen: (said) => live.tell({ kind: 'log', id, ...said }) }))
}

/** Starts what every program would start, if a person has agreed to all of it: no entry is anybody else's, and none was edited. */
async function lookDeeper(plan: WindowPlan): Promise<PageAnswer> {
  const looked = await plan.look()
  const { code, document } = await plan.run(['list'])
  const isAgreed = looked !== null && unagreed({ command: 'doctor', words: [] }, looked.standing).length === 0
  if (!isAgreed || code !== EXIT.ok || !isOurs(document))
    return errorAnswer(403, 'terminal', 'It would start something that was not agreed to yet.', { hint: 'mcp-twin doctor --deep' })
  await plan.audit('doctor --deep', 'page')
  return answerOf(await plan.run(['doctor', '--deep']))
}

const unedited: readonly unknown[] = ['in sync', 'off', 'not here', 'shared', 'needs key', 'missing']

/** Whether every entry of every program is what the manifest says. */
const isOurs = (list: unknown): boolean => {
  const { servers, unmanaged, leftover } = Object(list)
  const cells: { state?: unknown }[] = [servers ?? []].flat().flatMap(({ cells }: { cells: [] }) => cells)
  return unmanaged?.length === 0 && leftover?.length === 0 && cells.every(({ state }) => unedited.includes(state))
}

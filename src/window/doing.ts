import { createHash } from 'node:crypto'
import type { RanInside, RunInside } from '../context.ts'
import { EXIT, type ExitCode, TwinError } from '../errors.ts'
import type { Afterwards } from '../model/afterwards.ts'
import { type PageAnswer, errorAnswer } from './answers.ts'
import { broughtBy, type Standing, startsOf, whoAnswers } from './asks.ts'
import { type Wish, wishOf } from './changes.ts'
import type { Live, Outcome } from './live.ts'

/** What a change needs of the world. */
export interface Means {
  readonly run: RunInside
  /** What plans rest on: for who answers, and all its bytes as one digest. Null: it cannot be read. */
  look(): Promise<{ readonly standing: Standing; readonly digest: string } | null>
  /** The terminal of the person; null: there is none. */
  readonly terminal: AskingTerminal | null
  readonly isReadOnly: boolean
  readonly live: Live
  /** Writes down what is done, and who answered for it. Throws where it cannot: nothing is done unrecorded. */
  audit(command: string, by: 'page' | 'terminal'): Promise<void>
  /** Who else runs at this moment, in words; null: nobody. */
  running(): Promise<string | null>
  /** A new name for a question. */
  id(): string
}

/** Where questions are asked that a page must not answer alone. */
export interface AskingTerminal {
  /** Shows the whole plan as its command does, and asks. Enter is No, and so is no answer. */
  ask(wish: Wish, plan: Preview): Promise<boolean>
  /** Carries it out there, where its command may ask more. */
  run(line: readonly string[]): Promise<ExitCode>
}

/** What a change would do. */
export interface Preview {
  readonly document: unknown
  /** What it would start that nobody has agreed to yet, whole. */
  readonly starts: readonly string[]
  readonly asks: 'page' | 'terminal'
  readonly typed: string
  /** Stands for everything that the plan rests on. */
  readonly seen: string
}

/** Changes that the page asks for, one after another. */
export class Doing {
  readonly #means: Means
  /** Ends with the last change that was begun. */
  #last: Promise<unknown> = Promise.resolve()
  #isAsking = false

  constructor(means: Means) {
    this.#means = means
  }

  /** What a change would do, and who answers. */
  async preview(body: unknown): Promise<PageAnswer> {
    const { answer, preview } = await this.#planOf(wishOf(body))
    return preview === null ? answer : { status: 200, document: preview }
  }

  /** Carries a change out, if nothing has changed since the page showed its plan. */
  do(body: unknown): Promise<PageAnswer> {
    const wish = wishOf(body)
    if (this.#means.isReadOnly)
      return Promise.resolve(errorAnswer(403, 'read-only', 'This page only looks: it was opened with --read-only.'))
    if (this.#isAsking) return Promise.resolve(errorAnswer(423, 'asking', 'Another change waits for an answer in the terminal.'))
    const { seen } = Object(body)
    return this.#inTurn(() => this.#carryOut(wish, seen))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #planOf(
    wish: Wish,
  ): Promise<{ readonly preview: Preview; readonly answer: null } | { readonly preview: null; readonly answer: PageAnswer }> {
    const before = await this.#means.look()
    let after: Afterwards | null = null
    const judge = (found: Afterwards): void => {
      after = found
    }
    const ran = await this.#means.run(wish.plan, { judge })
    // It shows what is there, as it does without a plan: the action's own facts, a document without steps.
    if (!isFine(ran.code)) return { preview: null, answer: answerOf(ran) }
    const brought = this.#brought(after, before?.standing)
    const asks = whoAnswers(wish, before?.standing ?? null, brought)
    const seen = createHash('sha256')
      .update(JSON.stringify([wish.plan, ran.document, before?.digest ?? null, ledTo(after)]))
      .digest('hex')
    const starts = before === null || asks === 'page' ? [] : (brought ?? startsOf(wish, before.standing))
    return { preview: { document: ran.document, starts, asks, typed: wish.typed, seen }, answer: null }
  }

  /** What a plan brings that nobody agreed to; null: it did not say. */
  #brought(after: Afterwards | null, standing: Standing | undefined): readonly string[] | null {
    return after === null || standing === undefined ? null : broughtBy(after, standing.builtins)
  }

  async #carryOut(wish: Wish, seen: unknown): Promise<PageAnswer> {
    const { preview, answer } = await this.#planOf(wish)
    if (preview === null) return answer
    if (preview.seen !== seen) return errorAnswer(409, 'changed', 'This changed meanwhile.', { preview })
    if (preview.asks === 'page') return this.#alone(wish)
    const { terminal } = this.#means
    if (terminal === null) return errorAnswer(403, 'terminal', 'This is answered in a terminal.', { hint: preview.typed })
    const id = this.#means.id()
    this.#isAsking = true
    // The page is not kept waiting for a person; it is told.
    void this.#inTurn(() => this.#afterAsking(id, wish, preview, terminal))
    return { status: 202, document: { command: 'ui', asked: id, typed: preview.typed } }
  }

  async #afterAsking(id: string, wish: Wish, shown: Preview, terminal: AskingTerminal): Promise<void> {
    const outcome = await this.#answered(wish, shown, terminal).catch(() => 'failed' as const)
    this.#isAsking = false
    this.#means.live.tell({ kind: 'answered', id, outcome })
  }

  async #answered(wish: Wish, shown: Preview, terminal: AskingTerminal): Promise<Outcome> {
    if (!(await terminal.ask(wish, shown))) return 'refused'
    // The person saw that plan, and no other.
    const { preview } = await this.#planOf(wish)
    if (preview?.seen !== shown.seen) return 'changed'
    await this.#means.audit(wish.command, 'terminal')
    return isFine(await terminal.run(wish.line)) ? 'done' : 'failed'
  }

  async #alone(wish: Wish): Promise<PageAnswer> {
    // A command waits for another run, for half a minute at most: the page says why.
    const running = await this.#means.running()
    if (running !== null) this.#means.live.tell({ kind: 'progress', text: running })
    await this.#means.audit(wish.command, 'page')
    // Whatever changed since the plan, by the lock that it works under: it leads to what was agreed to, or to nothing.
    const builtins = (await this.#means.look())?.standing.builtins ?? []
    const judge = (after: Afterwards): void => {
      if (broughtBy(after, builtins).length > 0) throw new TwinError(changedCode, 'This changed meanwhile.')
    }
    const ran = await this.#means.run(wish.line, wish.asks === 'page' ? {} : { judge })
    if (errorOf(ran) !== changedCode) return answerOf(ran)
    const { preview } = await this.#planOf(wish)
    return errorAnswer(409, changedCode, 'This changed meanwhile.', preview === null ? {} : { preview })
  }
}

const changedCode = 'changed'

const errorOf = ({ document }: RanInside): unknown => Reflect.get(Object(Reflect.get(Object(document), 'error')), 'code')

/** What a plan leads to, as a part of what was seen. */
const ledTo = (after: Afterwards | null): unknown => after && [after.manifest, after.lock, after.foreign]

const isFine = (code: ExitCode): boolean => code === EXIT.ok || code === EXIT.attention

/** The answer for how a command ended. */
export function answerOf({ code, document }: RanInside): PageAnswer {
  const given: object = typeof document === 'object' && document !== null ? document : {}
  if (isFine(code)) return { status: 200, document: given }
  return { status: errorOf({ code, document }) === 'locked' ? 423 : code === EXIT.usage ? 400 : 500, document: given }
}

import { createHash } from 'node:crypto'
import type { RanInside, RunInside } from '../context.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import { type PageAnswer, errorAnswer } from './answers.ts'
import { type Standing, startsOf, whoAnswers } from './asks.ts'
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
    const ran = await this.#means.run(wish.plan)
    // It shows what is there, as it does without a plan: the action's own facts, a document without steps.
    if (!isFine(ran.code)) return { preview: null, answer: answerOf(ran) }
    const asks = whoAnswers(wish, before?.standing ?? null)
    const seen = createHash('sha256')
      .update(JSON.stringify([wish.plan, ran.document, before?.digest ?? null]))
      .digest('hex')
    const starts = before === null || asks === 'page' ? [] : startsOf(wish, before.standing)
    return { preview: { document: ran.document, starts, asks, typed: wish.typed, seen }, answer: null }
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
    return answerOf(await this.#means.run(wish.line))
  }
}

const isFine = (code: ExitCode): boolean => code === EXIT.ok || code === EXIT.attention

/** The answer for how a command ended. */
export function answerOf({ code, document }: RanInside): PageAnswer {
  const given: object = typeof document === 'object' && document !== null ? document : {}
  if (isFine(code)) return { status: 200, document: given }
  const isLocked = Reflect.get(Object(Reflect.get(given, 'error')), 'code') === 'locked'
  return { status: isLocked ? 423 : code === EXIT.usage ? 400 : 500, document: given }
}

import { localSeconds } from '../core/local-time.ts'
import { join } from 'node:path'
import { limits } from '../bridge/base/limits.ts'
import { inQuotes, quoteInLine } from '../bridge/base/quote.ts'
import { inLine } from '../bridge/base/text.ts'
import type { events as spec } from '../cli/specs/events.ts'
import type { Bridge } from '../bridge/contract/bridge.ts'
import { type ReadAuditLine, readAuditLine } from '../bridge/records/audit-line.ts'
import type { StoreChange } from '../bridge/store/changes.ts'
import type { Store } from '../bridge/store/store.ts'
import { waitForChange } from '../bridge/store/waiting.ts'
import type { Context, Run } from '../context.ts'
import { followLog, Tail } from '../effects/logs/tail.ts'
import { EXIT, endedBy, usageError } from '../errors.ts'
import { reachable } from '../model/path.ts'
import { lookInBridge, withBridge } from './bridge-at-home.ts'

/**
 * Shows what happened last through the bridges of both sides, and with `--follow` everything that happens: changes of the store,
 * and what the audit says of calls, refusals and sessions.
 */
export const run: Run<typeof spec> = async (context, _args, options) => {
  const { lines: count = 20, follow = false } = options
  if (count > limits.storeChanges)
    throw usageError(`--lines takes a whole number up to ${limits.storeChanges}.`, { hint: 'mcp-twin events --lines 50' })
  // What follows waits for the store itself.
  return (follow ? withBridge : lookInBridge)(context, async ({ bridge, folder }) => {
    const { io } = context
    await bridge.redaction.ready()
    const store = await bridge.store()
    const cursor = await store.cursor()
    const changes = ((await store.changesAfter(Math.max(0, cursor - count))) ?? []).filter(({ n }) => n <= cursor).map(ofChange)
    const tail = new Tail(reachable(join(folder, 'audit.jsonl')))
    const audit = (await tail.last(count, false)).flatMap((line) => readAuditLine(line) ?? []).map((line) => ofAudit(line, bridge))
    const happened = [...changes, ...audit].sort((one, other) => one.at - other.at)
    for (const each of happened.slice(-count)) show(context, each, follow)
    if (!follow) {
      io.json({ cursor, changes: changes.map(({ document }) => document), audit: audit.map(({ document }) => document) })
      if (happened.length === 0) io.out('Nothing has happened yet.')
      return EXIT.ok
    }
    await untilFirst(context.signal, [
      (signal) => followChanges({ ...context, signal }, store, cursor, bridge.session),
      (signal) => followAudit({ ...context, signal }, tail, bridge),
    ])
    return endedBy(context.signal)
  })
}

/** Runs all works until `signal` aborts, or until one of them ends or fails: then the others are stopped. */
async function untilFirst(signal: AbortSignal, works: readonly ((signal: AbortSignal) => Promise<void>)[]): Promise<void> {
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  await Promise.all(works.map((work) => work(either).finally(() => over.abort())))
}

async function followChanges(context: Context, store: Store, from: number, session: string): Promise<void> {
  const { signal, io } = context
  // Neither the watch of the store nor the time limit of a wait keeps the process alive.
  const alive = setInterval(() => undefined, limits.waitMs.most)
  try {
    for (let since = from; !signal.aborted; ) {
      const { cursor, changes } = await waitForChange(
        store,
        { since, session, timeoutMs: limits.waitMs.most, signal },
        (_, changes) => changes,
      )
      if (changes === null) io.note('Some changes came too fast and are no longer kept.')
      for (const change of changes ?? []) show(context, ofChange(change), true)
      since = cursor
    }
  } finally {
    clearInterval(alive)
  }
}

async function followAudit(context: Context, tail: Tail, bridge: Bridge): Promise<void> {
  await followLog(tail, context.signal, async (text) => {
    const line = readAuditLine(text)
    if (line === null) return
    await bridge.redaction.ready()
    show(context, ofAudit(line, bridge), true)
  })
}

/** One event, as a document for programs and as words for people. */
interface Happened {
  readonly at: number
  readonly document: object
  readonly words: string
}

const ofChange = ({ n, kind, id, namespace, by, at }: StoreChange): Happened => ({
  at,
  document: { n, kind, ...(kind === 'memory' ? { key: id } : { id }), namespace, by, at },
  words: `${inLine(kind)} ${quoteInLine(id)}${namespace === null ? '' : ` in ${quoteInLine(namespace)}`}, by ${quoteInLine(by)}`,
})

function ofAudit({ at, event, tool, ...line }: ReadAuditLine, { redaction }: Bridge): Happened {
  // A key that was stored since the line was written is hidden here.
  const client = redaction.text(line.client)
  const subject = redaction.text(line.subject)
  const outcome = redaction.text(line.outcome)
  const what = [tool, /\s/.test(subject) ? inQuotes(subject) : inLine(subject)].filter((each) => each !== '').join(' ')
  return {
    at,
    document: { kind: 'audit', event, client, tool, subject, outcome, at },
    words: `${inLine(event)} ${what}${client === '' ? '' : `, by ${quoteInLine(client)}`}: ${inLine(outcome)}`,
  }
}

function show({ io }: Context, { at, document, words }: Happened, asLine: boolean): void {
  if (asLine) io.jsonLine(document)
  io.raw(`${localSeconds(at)}  ${words}\n`)
}

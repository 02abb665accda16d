import { clientById } from '../../../src/catalog/clients/index.ts'
import type { FileRequest, WantedEntry } from '../../../src/core/plan/facts.ts'
import { planFile, readClientFile } from '../../../src/core/plan/file.ts'
import type { ClientDefinition } from '../../../src/model/client.ts'
import type { JsonObject } from '../../../src/model/entry.ts'
import { native } from '../../../src/model/path.ts'
import type { FilePlan } from '../../../src/model/plan.ts'
import { reveal, Secret } from '../../../src/model/secret.ts'
import type { FileState } from '../../../src/model/state.ts'

export function client(id: string): ClientDefinition {
  const found = clientById(id)
  if (found === null) throw new Error(id)
  return found
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

export const wanted = (server: string, value: JsonObject): WantedEntry => ({
  server,
  name: server,
  value: new Secret(value),
  owned: ['command', 'args', 'env'],
  holdsKey: false,
})

export const request = (more: Partial<FileRequest>): FileRequest => ({
  environment: 'linux',
  client: client('claude-code'),
  file: native('/home/ana/.claude.json'),
  bytes: null,
  wanted: [],
  blocked: [],
  state: { entries: {} },
  force: false,
  prune: false,
  ...more,
})

/** The bytes and the record after a plan was carried out. */
export function carriedOut(asked: FileRequest, plan: FilePlan): { bytes: Uint8Array | null; state: FileState } {
  const entries = { ...asked.state.entries }
  for (const { entryName, record } of plan.entries) {
    if (record === null) delete entries[entryName]
    else entries[entryName] = record
  }
  const changes = plan.entries.flatMap((each) => (each.change === null ? [] : [reveal(each.change)]))
  if (changes.length === 0) return { bytes: asked.bytes, state: { entries } }
  const read = readClientFile(asked.client, asked.bytes)
  if (!read.ok) throw new Error(read.refusal.reason)
  const edit = read.document.edit(changes, { bom: 'keep' })
  if (!edit.ok) throw new Error(edit.refusal.reason)
  return { bytes: edit.bytes, state: { entries } }
}

/** Plans, carries out and plans again. */
export function settled(asked: FileRequest): { first: FilePlan; second: FilePlan; text: string; state: FileState } {
  const first = planFile(asked)
  const after = carriedOut(asked, first)
  const second = planFile({ ...asked, ...after })
  return { first, second, text: new TextDecoder().decode(after.bytes ?? new Uint8Array()), state: after.state }
}

export const said = (plan: FilePlan): string[] => plan.entries.map(({ step }) => `${step.server} ${step.change} ${step.outcome}`)

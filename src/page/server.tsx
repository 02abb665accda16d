import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Wrong } from './dialog.tsx'
import type { SyncedDocument } from './documents.ts'
import { Fix } from './fix.tsx'
import { UsedKeys } from './keys.tsx'
import { Log } from './log.tsx'
import { wish } from './plan.tsx'
import { columnsOf, list } from './servers.tsx'
import { Places, placing } from './places.tsx'
import { Rename, renaming } from './rename.tsx'
import { about, kept, type Shown } from './state.ts'
import { Table } from './table.tsx'
import { Tools } from './tools.tsx'
import { Tried, tryNow } from './tried.tsx'
import { headOf, markOf, toneOf } from './words.ts'

/** One server: where it is, what differs, and what can be done. */
export function Server({ name }: { name: string }) {
  const difference = useMemo<Signal<Shown<SyncedDocument>>>(() => kept(`diff?word=${encodeURIComponent(name)}`, 'servers', 'keys'), [name])
  const server = list.value.document?.servers.find((each) => each.name === name)
  const { document, trouble, isLoading } = difference.value
  const fields = document?.steps?.filter((step) => step.server === name && step.fields !== undefined) ?? []
  const places = new Set(list.value.document === null ? [] : columnsOf(list.value.document).map(headOf))
  const cells = server?.cells.filter((cell) => places.has(headOf(cell))) ?? []
  const isOff = server?.cells.every(({ state }) => state === 'off') === true
  const ask = (command: string, options = {}) => void wish({ command, args: [name], options })
  return (
    <main aria-busy={isLoading}>
      <div class="row">
        <h1>{name}</h1>
        <span class="quiet">{[server?.kind, server?.version].filter(Boolean).join(' ')}</span>
        <button type="button" onClick={() => ask(isOff ? 'enable' : 'disable')}>
          {isOff ? 'Turn on' : 'Turn off'}
        </button>
        <button type="button" onClick={() => (renaming.value = name)}>
          Rename
        </button>
        <button type="button" onClick={() => (placing.value = name)}>
          Places
        </button>
        <button type="button" disabled={about.value?.readOnly === true} onClick={() => void tryNow(name)}>
          Try
        </button>
        <button type="button" onClick={() => void wish({ command: 'remove', args: [name] }, '#/servers')}>
          Remove
        </button>
      </div>
      <Wrong trouble={trouble ?? list.value.trouble} />
      {placing.value === name ? <Places name={name} cells={cells} /> : null}
      {renaming.value === name ? <Rename name={name} /> : null}
      <ul class="plain places">
        {cells.map(({ client, environment, state, hint }, at) => (
          <li key={`${client} ${environment}`}>
            <span>{headOf({ client, environment })}</span>
            <span class={toneOf(state)}>
              {markOf(state)} {state}
            </span>
            {hint === undefined || fields.length > 0 || cells.findIndex((cell) => cell.hint === hint) < at ? null : <Fix text={hint} />}
          </li>
        ))}
      </ul>
      {fields.map(({ client, environment, fields: changes = [] }) => (
        <section key={`${client} ${environment}`}>
          <h2>{headOf({ client: client ?? '', environment })}</h2>
          <Table
            label="Difference"
            heads={['Field', 'In the file', 'mcp-twin would write']}
            rows={changes.map(({ field, before, after }) => ({
              id: field,
              head: field,
              cells: [before !== null && before === after ? `${before} (another value)` : before, after].map(
                (text) => text && <code>{text}</code>,
              ),
            }))}
          />
          <div class="row">
            <button type="button" onClick={() => ask('sync', { force: true })}>
              Put back
            </button>
            <button type="button" onClick={() => ask('sync --adopt')}>
              Accept
            </button>
          </div>
        </section>
      ))}
      <Tried name={name} />
      <Log name={name} />
      <UsedKeys name={name} />
      <Tools name={name} />
    </main>
  )
}

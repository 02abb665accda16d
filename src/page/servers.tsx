import { signal } from '@preact/signals'
import { Add, addServer } from './add.tsx'
import { Besides } from './besides.tsx'
import { Remedy, Wrong } from './dialog.tsx'
import type { Cell, ListDocument, ListedServer } from './documents.ts'
import { unreached } from './health.tsx'
import { wish } from './plan.tsx'
import { about, kept } from './state.ts'
import { addressOf, clientWord, headOf, markOf, sideWord, tokenWords, toneOf } from './words.ts'

export const list = kept<ListDocument>('list', 'servers', 'keys')
/** What tools cost: read behind the list, since it takes longer. */
const weights = kept<ListDocument>('list?tokens=true', 'servers')
const wanted = signal('')

type Place = Pick<Cell, 'client' | 'environment'>

/** The programs of both sides; one that says the same as the one it repeats is left out. */
export function columnsOf({ servers }: ListDocument): readonly Place[] {
  const all = new Map<string, Place>(
    servers.flatMap(({ cells }) => cells.map((cell) => [`${cell.environment} ${cell.client}`, cell] as const)),
  )
  const states = (place: Place): string => servers.map((server) => cellAt(server, place)?.state).join()
  return [...all.values()].filter(({ client, environment }) => {
    const original = all.get(`${environment} ${about.value?.copies[client]}`)
    return original === undefined || states(original) !== states({ client, environment })
  })
}
const cellAt = ({ cells }: ListedServer, { client, environment }: Place): Cell | undefined =>
  cells.find((cell) => cell.client === client && cell.environment === environment)

/** How many entries a sync would change. */
const dueIn = (document: ListDocument): number =>
  columnsOf(document).flatMap((place) => document.servers.filter((server) => cellAt(server, place)?.hint === 'mcp-twin sync')).length +
  document.leftover.length

/** Which program has which server. */
export function Servers() {
  const { document, trouble, isLoading } = list.value
  const due = document === null ? 0 : dueIn(document)
  const found = document?.servers.filter(({ name }) => name.toLowerCase().includes(wanted.value.toLowerCase())) ?? []
  return (
    <main aria-busy={isLoading}>
      <div class="row">
        <h1>Servers</h1>
        <input
          type="search"
          aria-label="Find a server"
          placeholder="Find a server"
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
        />
        <button type="button" onClick={addServer}>
          Add server
        </button>
        {due === 0 ? null : (
          <button type="button" class="main" onClick={() => void wish({ command: 'sync', args: [] })}>
            Sync {due}
          </button>
        )}
      </div>
      <Add present={document?.servers.map(({ name }) => name) ?? []} />
      <Wrong trouble={trouble} />
      {document === null ? null : document.servers.length === 0 ? (
        <Empty document={document} />
      ) : (
        <>
          <Grid document={document} servers={found} />
          <Besides document={document} />
        </>
      )}
    </main>
  )
}

/** Nothing is managed yet: what there is all the same, and the next step. */
function Empty({ document: { unmanaged } }: { document: ListDocument }) {
  const names = [...new Set(unmanaged.map(({ server }) => server))]
  return (
    <>
      <p>{names.length === 0 ? 'No servers yet.' : `Your programs have ${names.join(', ')}; mcp-twin manages none of them yet.`}</p>
      <Remedy text="mcp-twin init" />
    </>
  )
}

function Grid({ document, servers }: { document: ListDocument; servers: readonly ListedServer[] }) {
  const columns = columnsOf(document)
  // Health is read behind the list.
  const away = list.value.isLoading ? new Map<string, string>() : unreached()
  // A column in which nothing stands says nothing.
  const hasVersions = document.servers.some(({ version }) => version !== null)
  const tokensOf = new Map(weights.value.document?.servers.map((server) => [server.name, server.tokens]))
  const hasTokens = weights.value.isLoading || [...tokensOf.values()].some((count) => count != null)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="frame grid" tabIndex={0} aria-label="Servers by program">
      {/* Where it is narrow there are no columns that could say so. */}
      {[...away].map(([side, words]) => (
        <p key={side} class="narrow">
          {sideWord(side)}{' '}
          <a class="warn" href="#/health">
            {words}
          </a>
        </p>
      ))}
      <table aria-label="Servers">
        <thead>
          <tr>
            <th scope="col">Server</th>
            {hasVersions ? <th scope="col">Version</th> : null}
            {columns.map((column) => (
              // Its name is what it is called; that its side is not reached stands in it besides.
              <th scope="col" key={headOf(column)} aria-label={headOf(column)}>
                {clientWord(column.client)}
                <span class="unseen">, </span>
                <span class="side">{sideWord(column.environment)}</span>
                {away.has(column.environment) ? (
                  <a class="side warn" href="#/health">
                    {away.get(column.environment)}
                  </a>
                ) : null}
              </th>
            ))}
            {hasTokens ? <th scope="col">Tokens</th> : null}
          </tr>
        </thead>
        <tbody>
          {servers.map((server) => (
            <tr key={server.name}>
              <th scope="row">
                <a href={addressOf(server.name)}>{server.name}</a>
              </th>
              {hasVersions ? (
                <td class="quiet" data-head="Version">
                  {server.version}
                </td>
              ) : null}
              {columns.map((column) => (
                <State key={headOf(column)} server={server} cell={cellAt(server, column)} head={headOf(column)} />
              ))}
              {hasTokens ? (
                <td class="quiet" data-head="Tokens">
                  {tokenWords(tokensOf.get(server.name))}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
      {servers.length === 0 ? <p class="quiet">No server is called so.</p> : null}
    </section>
  )
}

function State({ server, cell, head }: { server: ListedServer; cell: Cell | undefined; head: string }) {
  const state = cell?.state ?? 'not here'
  const shown = `${markOf(state)} ${state}`
  return (
    <td class={toneOf(state)} data-head={head}>
      {state === 'in sync' ? (
        <span>{shown}</span>
      ) : (
        <a href={addressOf(server.name)} aria-label={`${server.name}, ${head}: ${state}`}>
          {shown}
        </a>
      )}
    </td>
  )
}

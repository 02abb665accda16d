import { Remedy } from './dialog.tsx'
import type { ListDocument } from './documents.ts'
import { wish } from './plan.tsx'
import { headOf } from './words.ts'

/** What programs have beside the servers of the manifest: entries of their own, and extensions that no other program has. */
export function Besides({ document: { unmanaged, extensions } }: { document: ListDocument }) {
  const own = unmanaged.filter(({ ignored }) => ignored !== true)
  const names = [...new Set(own.map(({ server }) => server))]
  const alone = extensions.filter(({ server }) => server === null)
  return (
    <>
      {names.length === 0 ? null : <h2>Not managed</h2>}
      <ul class="plain findings">
        {names.map((name) => {
          const places = own.filter(({ server }) => server === name)
          const reason = places.find((each) => each.reason !== undefined)?.reason
          return (
            <li key={name} class="pair">
              <span>
                <strong>{name}</strong> <span class="quiet">{places.map(headOf).join('; ')}</span>
                {reason === undefined ? null : <p class="quiet">It stays as it is: {reason}</p>}
              </span>
              {reason === undefined ? (
                <button type="button" aria-label={`Take over ${name}`} onClick={() => void wish({ command: 'sync --adopt', args: [name] })}>
                  Take over
                </button>
              ) : null}
            </li>
          )
        })}
      </ul>
      {alone.length === 0 ? null : <h2>In Claude Desktop alone</h2>}
      <ul class="plain findings">
        {alone.map(({ id, name, version, reason }) => (
          <li key={id}>
            <p>
              <strong>{name}</strong> <span class="quiet">{['extension', version].filter(Boolean).join(' ')}</span>
            </p>
            {reason === null ? <Remedy text={`mcp-twin add extension:${id}`} /> : <p class="quiet">It stays there: {reason}</p>}
          </li>
        ))}
      </ul>
    </>
  )
}

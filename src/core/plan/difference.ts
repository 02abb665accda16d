import type { Entry } from '../../model/entry.ts'

const SHOWN = 100

const short = (text: string): string => (text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`)

/** What of an entry may be shown: names of variables and headers, never their values. */
function lines(entry: Entry): Map<string, string> {
  const shown = new Map<string, string>()
  if (entry.kind === 'remote') {
    shown.set('url', JSON.stringify(entry.url))
    shown.set('transport', JSON.stringify(entry.transport))
    for (const name of Object.keys(entry.headers).sort()) shown.set(`headers.${name}`, '••••••••')
    return shown
  }
  shown.set('command', JSON.stringify(entry.command))
  shown.set('args', `[${entry.args.map((word) => JSON.stringify(word)).join(', ')}]`)
  for (const name of Object.keys(entry.env).sort()) shown.set(`env.${name}`, '••••••••')
  return shown
}

const hiddenValue = (entry: Entry, name: string): string | undefined =>
  name.startsWith('env.') && entry.kind === 'stdio'
    ? entry.env[name.slice('env.'.length)]
    : name.startsWith('headers.') && entry.kind === 'remote'
      ? entry.headers[name.slice('headers.'.length)]
      : undefined

/** How the entry that stands there differs from ours: `-` ours, `+` what stands there. `mask` takes keys out of arguments and addresses. */
export function difference(ours: Entry, theirs: Entry, mask: (entry: Entry) => Entry): string[] {
  const [before, after] = [lines(mask(ours)), lines(mask(theirs))]
  const found: string[] = []
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(name), after.get(name)]
    if (was === is) {
      if (hiddenValue(ours, name) !== hiddenValue(theirs, name)) found.push(`~ ${name}: another value`)
      continue
    }
    if (was !== undefined) found.push(short(`- ${name}: ${was}`))
    if (is !== undefined) found.push(short(`+ ${name}: ${is}`))
  }
  return found
}

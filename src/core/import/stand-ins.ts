import type { ServerSpec } from '../../model/manifest.ts'
import { isKeyName } from '../keys/judge.ts'
import { secretName } from '../keys/naming.ts'
import { isStandIn } from '../keys/stand-in.ts'

/** `${input:x}` is VS Code's way to ask for a value; everything else that is named elsewhere stays named. */
const asked = (text: string): boolean => !/\$\{(?!input:)|^\$\w|%\w+%|^op:/.test(text)

/**
 * A snippet out of a README says `YOUR_API_KEY` where a key belongs. There the name of a key of the store is put, so
 * that it is asked for like any other.
 */
export function keysForStandIns(server: ServerSpec, name: string): ServerSpec {
  const stands = (label: string, text: string): boolean =>
    isKeyName(label) && asked(text) && isStandIn(label, text.replace(/\$\{input:[^}]*\}/g, ''))
  const env = Object.entries(server.env ?? {}).map(([label, text]) => [
    label,
    stands(label, text) ? `\${secret:${secretName(label, true, name)}}` : text,
  ])
  const headers = Object.entries(server.headers ?? {}).map(([label, text]) => {
    const scheme = /^\s*(?:[A-Za-z-]*bearer|basic|token)\s+/i.exec(text)?.[0] ?? ''
    const own = /authorization$/i.test(label) ? 'token' : label.replace(/^x-/i, '')
    return [
      label,
      stands(label, text.slice(scheme.length))
        ? `${scheme}\${secret:${secretName(own, /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/.test(label), name)}}`
        : text,
    ]
  })
  const args = server.args?.map((word, at, all) => {
    const [, option = '', text = ''] = /^(--?[A-Za-z][\w.-]*=)?([\s\S]*)$/.exec(word) ?? []
    const flag = option === '' ? /^--([A-Za-z][\w.-]*)$/.exec(all[at - 1] ?? '')?.[1] : option.replace(/^--?|=$/g, '')
    return flag !== undefined && text !== '' && stands(flag, text) ? `${option}\${secret:${secretName(flag, false, name)}}` : word
  })
  return {
    ...server,
    ...(server.env === undefined ? {} : { env: Object.fromEntries(env) }),
    ...(server.headers === undefined ? {} : { headers: Object.fromEntries(headers) }),
    ...(args === undefined ? {} : { args }),
  }
}

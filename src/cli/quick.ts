import type { CommandSpec, CommonOptions } from '../context.ts'

/** What `readQuickly` found. */
export interface Words {
  readonly common: CommonOptions
  readonly options: Record<string, unknown>
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/**
 * The plain command line of a command: `--flag`, `--flag value`, `--flag=value`, each known and fitting. Null for
 * anything else, help included: the full parser then reads it anew and explains.
 */
export function readQuickly(spec: CommandSpec, argv: readonly string[]): Words | null {
  const found: Record<string, unknown> = {}
  const client: string[] = []
  let manifest: string | undefined
  for (let at = 1; at < argv.length; at++) {
    const [, name = '', joined] = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(argv[at] ?? '') ?? []
    const option = spec.options?.find(({ flags }) => flags.split(/[ ,]/)[0] === `--${name}`)
    const [, placeholder = ''] = option?.flags.split(' ') ?? (name === 'client' || name === 'manifest' ? ['', '<value>'] : [])
    if (name === '' || (option === undefined && placeholder === '')) return null
    let value: string | true = true
    if (joined !== undefined) value = joined
    else if (placeholder !== '' && argv[at + 1] !== undefined && !argv[at + 1]?.startsWith('-')) value = argv[++at] ?? ''
    const fits =
      value === true
        ? !placeholder.startsWith('<')
        : placeholder !== '' && value !== '' && (option?.choices === undefined || option.choices.includes(value))
    if (!fits) return null
    if (option === undefined && typeof value === 'string') {
      if (name === 'manifest') manifest = value
      else client.push(...value.split(','))
    } else if (option?.many === undefined) found[camel(name)] = value
    else
      found[camel(name)] = [
        ...(Array.isArray(found[camel(name)]) ? (found[camel(name)] as string[]) : []),
        ...(option.many === 'words' ? String(value).split(',') : [value]),
      ]
  }
  return { common: { ...(client.length > 0 && { client }), ...(manifest !== undefined && { manifest }) }, options: found }
}

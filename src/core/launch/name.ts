import { createHash } from 'node:crypto'
import type { ClientDefinition } from '../../model/client.ts'

const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48)

/** Six hex digits of a name: enough to tell a manifest's names apart, and always the same ones. */
const mark = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 6)

/**
 * The name of a server as this client takes it: its own where it fits, else its letters and digits with `-` between.
 * `names` are all names of the manifest: where the made name is already another server's, or would be made for another
 * one too, a mark drawn from the whole name is put behind it. So it does not depend on the order of the servers, and
 * no two servers get one name.
 */
export function clientName(client: Pick<ClientDefinition, 'nameFits'>, name: string, names: Iterable<string>): string {
  if (client.nameFits(name)) return name
  const plain = slug(name)
  const others = [...names].filter((other) => other !== name)
  const shared = others.some((other) => other === plain || (!client.nameFits(other) && slug(other) === plain))
  if (plain !== '' && !shared && client.nameFits(plain)) return plain
  const marked = `${plain === '' ? 'server' : plain}-${mark(name)}`
  return others.includes(marked) ? `${marked}-${mark(marked)}` : marked
}

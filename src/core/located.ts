import type { LocatedFile } from '../model/located.ts'

/** Returns a notice about stale copies of a client's file, which the client does not read. */
export function locatedNotices(label: string, { file, reason, stale, likelier, unseen }: LocatedFile): string[] {
  const keys = '; entries of ours in it, with their keys, stay there: mcp-twin doctor says how to put it away'
  return [
    ...stale.map((each) => `${each.file} is a stale copy: ${label} reads ${file} (${reason})${each.ours ? keys : ''}`),
    ...(likelier === undefined
      ? []
      : [`${label} seems to read ${likelier} by now, since that folder was used last; ${file} is written: ${reason}`]),
    ...unseen.map(({ by, folder }) => `${by} names ${folder}, which cannot be looked at from here: whether ${label} reads it is not known`),
  ]
}

import type { NativePath } from '../../model/path.ts'

/** How Claude Desktop's file was chosen on a side, and what else was seen on the way. */
export interface DesktopView {
  readonly reason: string
  /** Other copies, which it does not read. `ours`: entries that we wrote are left in it. */
  readonly stale: readonly { readonly file: NativePath; readonly ours: boolean }[]
  /** A person named the file, and yet the folder of this one was used more than a day later. */
  readonly likelier?: NativePath
  /** Folders that `CLAUDE_USER_DATA_DIR` names and that cannot be looked at from here. */
  readonly unseen: readonly NativePath[]
  /**
   * The file is not there yet, and Windows shows the program this one in its place: a package sees the usual folder behind its own
   * (MicrosoftDocs/msix-docs, "Write under AppData"). Once the file is there it hides this one for good.
   */
  readonly behind?: NativePath
  /** Every file that the program may come to read by itself: entries of ours stay in it. Empty where a person named one. */
  readonly places: readonly NativePath[]
}

/** What every run has to say of the other copies: nobody else would notice that they are not read. */
export function desktopNotices(label: string, file: NativePath, { reason, stale, likelier, unseen }: DesktopView): string[] {
  const keys = '; entries of ours in it, with their keys, stay there: mcp-twin doctor says how to put it away'
  return [
    ...stale.map((each) => `${each.file} is a stale copy: ${label} reads ${file} (${reason})${each.ours ? keys : ''}`),
    ...(likelier === undefined
      ? []
      : [`${label} seems to read ${likelier} by now, since that folder was used last; ${file} is written: ${reason}`]),
    ...unseen.map(
      (folder) => `CLAUDE_USER_DATA_DIR names ${folder}, which cannot be looked at from here: whether ${label} reads it is not known`,
    ),
  ]
}

import type { MountTable } from './mount-table.ts'

/** One thing that bubblewrap does to lay out what a command sees, at a place that is the same inside and outside. */
export type Step =
  /** The file or folder itself. */
  | { readonly at: string; readonly make: 'bind'; readonly write: boolean }
  /** A file that stands in for one whose content is not shown. */
  | { readonly at: string; readonly make: 'cover'; readonly source: string }
  /** A folder of its own, empty at first; sealed when nothing more comes into it. */
  | { readonly at: string; readonly make: 'folder' | 'seal' }
  | { readonly at: string; readonly make: 'link'; readonly to: string }

/** The words of bubblewrap for a step. */
export function wordsOf(step: Step): string[] {
  const { at } = step
  // `-try`: what has gone since it was found is not made again as a mount point; the check of the layout finds that out.
  if (step.make === 'bind') return [step.write ? '--bind-try' : '--ro-bind-try', at, at]
  if (step.make === 'cover') return ['--ro-bind', step.source, at]
  if (step.make === 'link') return ['--symlink', step.to, at]
  return [step.make === 'seal' ? '--remount-ro' : '--tmpfs', at]
}

/**
 * What is wrong with a sandbox as it was laid out; null: it is as planned. Between finding a file and mounting it another
 * command may have put a link in its place, which would show something else there: so the sandbox is looked at before
 * anything runs in it. `here`: the mounts of this process, `inside`: those of the sandbox.
 */
export function layoutTrouble(steps: readonly Step[], roots: readonly string[], here: MountTable, inside: MountTable): string | null {
  const planned = new Map(steps.filter(({ make }) => make !== 'link' && make !== 'seal').map((step) => [step.at, step]))
  const top = new Map(inside.mounts.map((mount) => [mount.point, mount]))
  for (const [at, step] of planned) {
    const mount = top.get(at)
    const origin = step.make === 'bind' || step.make === 'cover' ? here.originOf(step.make === 'cover' ? step.source : at) : null
    const isRight = origin === null ? mount?.type === 'tmpfs' : mount?.device === origin.device && mount.root === origin.root
    if (!isRight) return at
  }
  // Whatever else is mounted there came along with a folder, and is the same outside.
  const strange = roots
    .flatMap((root) => inside.below(root))
    .find(
      (mount) =>
        !planned.has(mount.point) &&
        !here.mounts.some((own) => own.point === mount.point && own.device === mount.device && own.root === mount.root),
    )
  return strange?.point ?? null
}

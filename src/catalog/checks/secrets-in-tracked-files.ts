import { count } from '../../core/count.ts'
import type { RepositoryFacts, TrackedFile } from '../../core/doctor/facts.ts'
import { defineCheck } from '../../core/doctor/facts.ts'
import type { CheckResult } from '../../model/check.ts'

/** A key under version control is public as soon as the repository is, and stays in its history. */
export const secretsInTrackedFiles = defineCheck({
  id: 'secrets-in-tracked-files',
  group: 'keys',
  title: 'no file under version control holds a key',
  run: ({ tracked, repositories = [] }) => [...tracked.map(leak), ...repositories.flatMap((each) => looked(each, tracked))],
})

function leak({ shown, why, staged = false }: TrackedFile): CheckResult {
  const where = staged ? 'in what is staged of a file under version control' : 'in a file under version control'
  const again = staged ? ' (stage the file again: git add)' : ''
  return {
    level: 'error',
    subject: why.stored ? 'tracked file' : why.server === '' ? why.name : `${why.server}: ${why.name}`,
    message: why.stored ? `a stored key is ${where}` : `what looks like a key is ${where}`,
    detail: [shown],
    fix: why.stored
      ? `remove it from the file${again} and get a new key: the old one stays in the history`
      : `write a reference in its place (\${${why.name}})${again} and get a new key: the old one stays in the history`,
  }
}

/** What was looked at, and what was not. */
function looked(
  { folder, trouble, searched, leftOut, configs, unread, keysKnown }: RepositoryFacts,
  tracked: readonly TrackedFile[],
): CheckResult[] {
  if (trouble !== null)
    return [
      { level: 'skipped', subject: folder, message: `git does not say what is tracked here: ${trouble}`, fix: `git -C '${folder}' status` },
    ]
  const found: CheckResult[] = unread.map(({ shown, reason }) => ({
    level: 'warning',
    subject: 'tracked config',
    message: `it cannot be read as a config (${reason}), so it was searched as text alone`,
    detail: [shown],
    fix: 'look for keys in it yourself',
  }))
  if (leftOut > 0)
    found.push({
      level: 'skipped',
      subject: folder,
      message: `${count(leftOut, 'tracked file')} not searched: there are too many, they are too large, or they cannot be read`,
    })
  if (!keysKnown)
    found.push({
      level: 'skipped',
      subject: folder,
      message: 'copies of stored keys were not searched for, since the keys cannot be read here',
    })
  if (tracked.some((each) => each.folder === folder)) return found
  const kinds = `${count(searched, 'tracked file')} (configs, scripts, notes) searched for copies of stored keys, ${count(configs, "program's config")} for whatever looks like a key`
  return [...found, { level: 'ok', subject: folder, message: `${kinds}; not sources, nor the history` }]
}

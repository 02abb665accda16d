import { defineCheck } from '../../core/doctor/facts.ts'

/** A key under version control is public as soon as the repository is, and stays in its history. */
export const secretsInTrackedFiles = defineCheck({
  id: 'secrets-in-tracked-files',
  group: 'keys',
  title: 'no file under version control holds a key',
  run: ({ tracked }) =>
    tracked.map(({ shown, why }) => ({
      level: 'error',
      subject: why.stored ? 'tracked file' : `${why.server}: ${why.name}`,
      message: why.stored
        ? 'a stored key stands in a file under version control'
        : 'what looks like a key stands in a file under version control',
      detail: [shown],
      fix: why.stored
        ? 'take it out of the file and get a new key: the old one stays in the history'
        : `write a reference in its place (\${${why.name}}) and get a new key: the old one stays in the history`,
    })),
})

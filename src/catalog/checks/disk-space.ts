import { count } from '../../core/count.ts'
import { defineCheck } from '../../core/doctor/facts.ts'
import { perSide } from '../../core/doctor/names.ts'

const MiB = 1024 * 1024
/** Backups take up to 200 MB, audit and logs 50, a server with a browser or a model some hundreds more. */
const LITTLE = 500 * MiB
/** Not enough for the next run's backups and one rotation of the logs. */
const NONE = 50 * MiB
const FILES_FEW = 1000

/** Where a disk is full nothing can be installed, backed up or recorded. */
export const diskSpace = defineCheck({
  id: 'disk-space',
  group: 'side',
  title: 'each disk has enough free space',
  run: ({ sides }) =>
    perSide(sides, 'its disk has enough free space', ({ room }) => {
      if (room === null) return []
      const { free, files, path } = room
      const detail = [path]
      const fix = 'free some space on the disk of this folder'
      if (files !== null && files < FILES_FEW)
        return [
          {
            level: 'error',
            subject: 'disk',
            message: `it takes only ${count(files, 'more file')}`,
            detail,
            fix: 'remove files that are not needed: npm cache clean --force removes many',
          },
        ]
      if (free >= LITTLE) return []
      const message = `only ${Math.floor(free / MiB)} MB are free, so ${free < NONE ? 'nothing can be installed, backed up or recorded' : 'a larger server may not fit'}`
      return [{ level: free < NONE ? 'error' : 'warning', subject: 'disk', message, detail, fix }]
    }),
})

import { spawn, spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { filesWith, leftovers, textHolds, watchProcesses } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'

describe('the search for a key', () => {
  const marker = 'key-with "quotes" & 漢'

  it('finds it in a command line and in an environment, however short the run', async () => {
    const watcher = await watchProcesses(marker)
    const seen = async () => new Set((await watcher.look()).sightings.map(({ where }) => where))
    // A busy machine may let it look at no process within the 20 ms of one.
    for (let round = 0; round < 500 && (await seen()).size < 2; round++) {
      spawnSync('sh', ['-c', 'sleep 0.02', marker])
      spawnSync('sleep', ['0.02'], { env: { PATH: '/usr/bin:/bin', K: encodeURIComponent(marker) } })
    }
    const { sightings } = await watcher.stop()
    expect(new Set(sightings.map(({ where }) => where))).toEqual(new Set(['cmdline', 'environ']))
  })

  it.each([
    ['plain', marker],
    ['base64', Buffer.from(`x${marker}y`).toString('base64')],
    ['base64url', Buffer.from(`xx${marker}`).toString('base64url')],
    ['JSON', JSON.stringify({ marker })],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ marker }))],
    ['a URL', `https://x.invalid/?k=${encodeURIComponent(marker)}`],
    ['hex', Buffer.from(marker).toString('hex')],
  ])('finds it in a file as %s', (_, text) => {
    const place = scratch()
    const file = place.write('deep/down/file.bin', `${'\0'.repeat(100)}${text}`)
    place.write('other', 'nothing')
    expect(filesWith(marker, [place.root])).toEqual([file])
    expect(textHolds(text, marker)).toBe(true)
  })

  it('follows no link out of the folder', () => {
    const [place, other] = [scratch(), scratch()]
    other.write('file', marker)
    symlinkSync(other.home, place.path('link'))
    expect(filesWith(marker, [place.root])).toEqual([])
    expect(filesWith(marker, [other.root])).toHaveLength(1)
  })

  it('does not find what is not there', () => {
    expect(textHolds('key-without quotes', marker)).toBe(false)
  })
})

describe('the search for leftovers', () => {
  it('finds a process that a run left and nothing once it has ended', async () => {
    const place = scratch()
    const child = spawn('sleep', ['60'], { env: place.env })
    expect(await leftovers(place.root, 300)).toMatchObject([{ pid: child.pid }])
    child.kill('SIGKILL')
    expect(await leftovers(place.root)).toEqual([])
  })
})

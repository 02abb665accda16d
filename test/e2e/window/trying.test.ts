import { afterAll, expect, it } from 'vitest'
import { closeBrowser, lacksBrowser, tab } from '../../support/browser.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { ui } from '../../support/ui.ts'
import { type Home, home, tinyServer } from '../support/place.ts'
import { violations } from './looking.ts'

afterAll(closeBrowser)

const KEY = 'try-key-7c6b5a4938271605'
const nasty = '<img src=x onerror=document.title="hacked">\u202e'

/** A server that says something when it starts, and answers only once there is a file `answer`; `more`: what it runs then. */
function slow(place: Home, more = tinyServer) {
  const file = place.write(
    'slow.cjs',
    `console.error('key ' + process.env.UI_KEY); console.error(${JSON.stringify(`loading ${nasty}`)})
const timer = setInterval(() => {
  if (!require('node:fs').existsSync(${JSON.stringify(place.path('answer'))})) return
  clearInterval(timer)
  ${more}
}, 20)`,
  )
  return { command: nodePath, args: [file], env: { UI_KEY: '${secret:UI_KEY}' } }
}

/** The screen of that server, agreed to and synced. */
async function looked(more?: string) {
  const place = home()
  place.manifest({ slow: slow(place, more) })
  await place.run(['secret', 'set', 'UI_KEY'], { input: KEY })
  const synced = await place.run(['sync', '--no-try'])
  expect(synced.code, synced.output).toBe(0)
  const open = await ui(place)
  const page = await tab()
  await page.goto(open.url)
  await page.getByRole('link', { name: 'slow', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'slow' }).waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  return { place, open, page, log: page.getByRole('log', { name: 'Log of slow' }) }
}

describeUnless(lacksBrowser, 'a server that is tried', () => {
  it('is heard while it starts, without its keys, before it answers', async () => {
    const { place, page, log } = await looked()
    let isOver = false
    page.on('response', (response) => {
      isOver ||= response.url().endsWith('/api/try')
    })
    await page.getByRole('button', { name: 'Try' }).click()
    await log.getByText('loading <img src=x').waitFor()
    await page.getByText('It is being started.').waitFor()
    expect(isOver, 'it cannot answer before the file is there').toBe(false)
    expect(await log.textContent()).toContain('key ••••••••')
    expect(await log.textContent()).toContain('\\u202e')
    expect(await page.locator('img').count()).toBe(0)
    expect(await violations(page)).toEqual([])
    place.write('answer', '')
    await page.getByText('✓ answers, 1 tool').waitFor()
    await log.getByText('loading <img src=x').waitFor()
    expect(await page.content()).not.toContain(KEY)
  })

  it('that does not answer keeps what it said, once, and says why', async () => {
    const { place, page, log } = await looked("console.error('no licence'); process.exit(3)")
    await page.getByRole('button', { name: 'Try' }).click()
    await log.getByText('loading').waitFor()
    place.write('answer', '')
    await page.getByText('✗ it ended by itself (exit code 3)').waitFor()
    expect(await page.getByText('no licence').count()).toBe(1)
  })

  it('is heard by the tab that tries it alone', async () => {
    const { place, page, log } = await looked()
    const [other] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('button', { name: 'Open another tab' }).click()])
    await other.getByRole('link', { name: 'slow', exact: true }).click()
    await other.getByText('Live', { exact: true }).waitFor()
    const theirs = other.getByRole('log', { name: 'Log of slow' })
    // This one follows for both, so what the other shows came through it.
    await other.getByRole('button', { name: 'Try' }).click()
    await theirs.getByText('loading').waitFor()
    expect(await log.getByText('loading').count()).toBe(0)
    place.write('answer', '')
    await other.getByText('✓ answers, 1 tool').waitFor()
  })
})

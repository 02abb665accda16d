import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

const places = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
const program = places.find((path) => existsSync(path))

/** Why no page can be looked at here, or null. */
export const lacksBrowser: string | null = program === undefined ? 'no chromium-headless-shell here' : null

let browser: Promise<Browser> | undefined

/** A new tab of a browser that knows nothing yet; everything that its program says is wrong is a failure of the test. */
export async function tab(options: { width?: number; height?: number; colorScheme?: 'light' | 'dark' } = {}): Promise<Page> {
  // Root's browser has no sandbox; one of a test looks at nothing but our own page.
  browser ??= chromium.launch({
    ...(program !== undefined && { executablePath: program }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  const { width = 1280, height = 800, colorScheme = 'light' } = options
  const context = await (await browser).newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })
  // How long something takes to come is the machine's business.
  context.setDefaultTimeout(120_000)
  onTestFinished(() => context.close())
  return context.newPage()
}

/** To be called when a test file ends. */
export const closeBrowser = async (): Promise<void> => (await browser)?.close()

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Barriers of the page for people with disabilities, as axe names them; minor and moderate ones are left to reviews. */
export async function barriers(page: Page): Promise<string[]> {
  // What is still fading in has no colours to judge.
  await still(page)
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(options: object): Promise<{
          violations: { id: string; impact: string; nodes: { target: unknown; html: string }[] }[]
        }>
      }
    }
    const { violations } = await axe.run({ resultTypes: ['violations'], preload: false })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 200)}`))
  })
}

/** The page has read what it shows and stands still. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector('.skeleton, .ant-skeleton, .ant-spin-spinning, [aria-busy=true]') === null,
  )
  await page.evaluate(async () => {
    await document.fonts.ready
  })
  await still(page)
}

/** Waits until nothing moves any more; what turns for ever, like the sign of a button that is busy, is not waited for. */
async function still(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter((each) => each.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
    // One that is paused never ends either.
    const patience = new Promise((done) => setTimeout(done, 5_000))
    await Promise.race([Promise.allSettled(ending.map((each) => each.finished)), patience])
  })
}

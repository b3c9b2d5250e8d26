import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Barriers of the page for people with disabilities, as axe names them; minor and moderate ones are left to reviews. */
export async function barriers(page: Page): Promise<string[]> {
  // What is still fading in has no colours to judge.
  await page.evaluate(async () => {
    await Promise.allSettled(document.getAnimations().map((each) => each.finished))
  })
  await page.evaluate(axe)
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; impact: string; nodes: { target: unknown; html: string }[] }[]
        }>
      }
    }
    const { violations } = await axe.run()
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
    await Promise.allSettled(document.getAnimations().map((each) => each.finished))
  })
}

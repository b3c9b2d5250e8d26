import { App, Button } from 'antd'
import { createElement } from 'react'
import { useWords } from '../../ui/language.ts'
import { type Answer, useTell } from '../data/hub.ts'
import { knowledgeWords } from '../words/knowledge.ts'
import { commonWords } from '../words/terms.ts'

export type Article = Answer<'knowledge.list'>['articles'][number]
export type Version = Answer<'knowledge.get'>['versions'][number]

export type Step = 'publish' | 'withdraw' | 'archive' | 'unarchive'
const commands = {
  publish: 'knowledge.publish',
  withdraw: 'knowledge.withdraw',
  archive: 'knowledge.archive',
  unarchive: 'knowledge.unarchive',
} as const
const said = {
  publish: 'saidPublished',
  withdraw: 'saidWithdrawn',
  archive: 'saidArchived',
  unarchive: 'saidUnarchived',
} as const

/** What takes a step back: the step, and which version is published again. */
export function undoOf(
  step: Step,
  before: Pick<Article, 'published' | 'status'>,
): { step: Step; number?: number } {
  if (step === 'archive') return { step: 'unarchive' }
  if (step === 'unarchive') return { step: 'archive' }
  if (step === 'publish' && before.published === null) return { step: 'withdraw' }
  return { step: 'publish', ...(before.published === null ? {} : { number: before.published }) }
}

/** Changes which version of an article answers, and offers the way back for some seconds. */
export function useSteps() {
  const t = useWords(knowledgeWords)
  const c = useWords(commonWords)
  const { run, busy } = useTell()
  const { message } = App.useApp()
  const step = async (article: Article, which: Step, number?: number, offerUndo = true): Promise<void> => {
    const input = { id: article.id, version: article.version, ...(number === undefined ? {} : { number }) }
    const done = await run(commands[which], input, null)
    if (!done) return
    const key = `knowledge-${article.id}`
    const back = undoOf(which, article)
    const undo = () => {
      message.destroy(key)
      void step({ ...article, version: done.version }, back.step, back.number, false)
    }
    const button = createElement(Button, { size: 'small', onClick: undo }, c('undo'))
    message.success({
      key,
      duration: offerUndo ? 8 : 3,
      content: createElement(
        'span',
        { className: 'undo-said' },
        t(said[which]),
        ' ',
        offerUndo ? button : null,
      ),
    })
  }
  return { step, busy }
}

import { Progress } from 'antd'
import { useWords } from '../../ui/language.ts'
import type { Answer } from '../data/hub.ts'
import { evaluationWords } from '../words/evaluation.ts'

type Run = Pick<Answer<'evaluation.list'>['runs'][number], 'state' | 'cases' | 'total'>

/** Where a run stands; a running one with how far it is. */
export function RunState({ run }: { run: Run }) {
  const t = useWords(evaluationWords)
  if (run.state !== 'running') return <span className={`state state-${run.state}`}>{t(run.state)}</span>
  if (run.total === null || run.total === 0) return <span className="state">{t('counting')}</span>
  const words = t('running', { n: run.cases, total: run.total })
  return (
    <span className="run-progress">
      {words}
      <Progress
        percent={Math.round((run.cases / run.total) * 100)}
        showInfo={false}
        size="small"
        aria-label={words}
      />
    </span>
  )
}

import { useEffect } from 'react'
import { Navigate } from 'react-router'
import { remembered } from '../../ui/remembered.ts'
import { useAsk } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { useSignedIn } from './session-context.ts'

/** Whether this browser was led to the first steps. */
const led = remembered<'no' | 'yes'>('yitong.led-to-start', ['no', 'yes'], () => 'no')

/** Where work begins: the tickets. Whoever sets the hub up is led to the first steps once, while no channel is there to bring any. */
export function Home() {
  const asks = mayDo(useSignedIn(), []) && led.get() === 'no'
  const channels = useAsk('channel.list', {}, { enabled: asks })
  if (asks && channels.isPending) return null
  const isNew = channels.data?.accounts.length === 0
  if (!asks || !isNew) return <Navigate to="/tickets" replace />
  return <FirstSteps />
}

function FirstSteps() {
  useEffect(() => led.set('yes'), [])
  return <Navigate to="/start" replace />
}

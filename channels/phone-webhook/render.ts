import { DeliveryError, type Outbound, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import { cardText } from '../_kit/card-text.ts'
import { splitText } from '../_kit/split-text.ts'

/** Longest piece of what can only be looked at, code points. */
export const maxTextLength = 2000

/** What was meant to be said. Nobody hears it: see `deliver`. Pure. */
export function render(out: Outbound): ProviderCall[] {
  const text = out.card ? [out.text, cardText(out.card, out.lang)].filter(Boolean).join('\n\n') : out.text
  return splitText(text, maxTextLength).map((piece) => ({
    name: 'none',
    label: 'reported call',
    body: { text: piece, reference: out.reference },
  }))
}

/** Refuses for good: the call is over, and a report has nobody at its other end. */
export async function deliver(): Promise<Receipt> {
  throw new DeliveryError(
    'never',
    'phone.over',
    'Nothing can be said on a call that is over. Call the customer back, or answer on another channel.',
  )
}

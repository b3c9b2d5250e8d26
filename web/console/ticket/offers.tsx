import { Button, Space } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import type { OfferView, Ticket } from '../data/ticket.ts'
import { offerReasonWords, offerWords, ticketWords } from '../words/ticket.ts'
import { useChange } from './change.ts'

type Answer = 'offer.accept' | 'offer.reject' | 'offer.rescind'

function Answers({ offer, ticketId }: { offer: OfferView; ticketId: string }) {
  const t = useWords(ticketWords)
  const change = useChange(ticketId)
  const [busy, setBusy] = useState<Answer | null>(null)
  const give = async (answer: Answer) => {
    setBusy(answer)
    await change(answer, { offerId: offer.id })
    setBusy(null)
  }
  const button = (answer: Answer, label: string) => (
    <Button
      size="small"
      loading={busy === answer}
      disabled={busy !== null && busy !== answer}
      onClick={() => void give(answer)}
    >
      {label}
    </Button>
  )
  return (
    <>
      <p className="quiet">{t('offersHint')}</p>
      <Space wrap>
        {button('offer.accept', t('offerAccept'))}
        {button('offer.reject', t('offerReject'))}
        {button('offer.rescind', t('offerRescind'))}
      </Space>
    </>
  )
}

/** A reason in words: the hub's own codes translated, what a person wrote in quotes. */
export function useOfferReason(): (reason: string) => string {
  const r = useWords(offerReasonWords)
  return (reason) =>
    Object.hasOwn(offerReasonWords, reason) ? r(reason as keyof typeof offerReasonWords) : `“${reason}”`
}

/** Whom the hub asked to take the ticket, what they said, and a way to answer for somebody on the phone. */
export function OffersCard({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const o = useWords(offerWords)
  const because = useOfferReason()
  if (ticket.offers.length === 0) return null
  return (
    <section className="card" aria-label={t('offers')}>
      <h2>{t('offers')}</h2>
      <ul className="history">
        {ticket.offers.map((offer) => (
          <li key={offer.id}>
            <strong>{offer.engineer}</strong>
            <span className="sub">
              <span>{o(offer.status)}</span>
              {offer.status === 'pending' ? (
                <span>
                  {t('offerUntil')} <Moment at={offer.expiresAtMs} />
                </span>
              ) : (
                <Moment at={offer.endedAtMs ?? offer.createdAtMs} />
              )}
            </span>
            {offer.reason && <p className="quiet">{because(offer.reason)}</p>}
            {offer.status === 'pending' && <Answers offer={offer} ticketId={ticket.id} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

import { Modal } from 'antd'
import { useWords } from '../../ui/language.ts'
import type { MessageView } from '../data/conversation.ts'
import { ticketWords } from '../words/ticket.ts'

/** The original mail in a frame that may run nothing and load nothing; the hub serves it with a policy of its own. */
export default function Original({ message, close }: { message: MessageView; close: () => void }) {
  const t = useWords(ticketWords)
  return (
    <Modal open title={t('originalTitle')} footer={null} onCancel={close} width={860} destroyOnHidden>
      <iframe
        className="original"
        sandbox=""
        src={`/api/messages/${message.id}/html`}
        title={message.subject ?? t('original')}
      />
    </Modal>
  )
}

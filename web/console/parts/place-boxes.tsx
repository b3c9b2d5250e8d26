import { Form, Input } from 'antd'
import { useWords } from '../../ui/language.ts'
import { deviceWords } from '../words/catalogue.ts'

const orNull = { normalize: (text: string) => (text === '' ? null : text) }

/** Whose a device or site is, as boxes of a form. */
export function CustomerBoxes() {
  const t = useWords(deviceWords)
  return (
    <>
      <Form.Item name="customerName" label={t('customer')} {...orNull}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name="phone" label={t('phone')} {...orNull}>
        <Input inputMode="tel" maxLength={40} />
      </Form.Item>
    </>
  )
}

/** Where it stands, as boxes of a form. */
export function AddressBoxes() {
  const t = useWords(deviceWords)
  return (
    <>
      <div className="days">
        {(['province', 'city', 'district'] as const).map((level) => (
          <Form.Item key={level} name={['address', level]} label={t(level)} {...orNull}>
            <Input maxLength={40} />
          </Form.Item>
        ))}
      </div>
      <Form.Item name={['address', 'detail']} label={t('detail')} {...orNull}>
        <Input maxLength={200} />
      </Form.Item>
    </>
  )
}

/** The address that the boxes give; null when all are empty. Its code is found anew from the names. */
export function addressOf<A extends object>(address: A | null | undefined) {
  const filled = Object.values(address ?? {}).some(Boolean)
  return filled ? { ...address, adcode: null } : null
}

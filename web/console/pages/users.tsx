import { Tabs } from 'antd'
import { useWords } from '../../ui/language.ts'
import { TokenTable } from '../access/tokens.tsx'
import { UserTable } from '../access/users.tsx'
import { AdminPage } from '../parts/admin.tsx'
import { usersWords } from '../words/access.ts'

/** Users of the console and tokens of the open API. */
export default function Users() {
  const t = useWords(usersWords)
  return (
    <AdminPage title={t('title')} hint={t('hint')}>
      <Tabs
        items={[
          { key: 'users', label: t('users'), children: <UserTable /> },
          { key: 'tokens', label: t('tokens'), children: <TokenTable /> },
        ]}
      />
    </AdminPage>
  )
}

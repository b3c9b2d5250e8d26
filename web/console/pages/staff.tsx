import { Tabs } from 'antd'
import { useSearchParams } from 'react-router'
import { useWords } from '../../ui/language.ts'
import { GroupTable } from '../directory/groups.tsx'
import { StaffTable } from '../directory/people.tsx'
import { AdminPage } from '../parts/admin.tsx'
import { directoryWords } from '../words/directory.ts'

/** Skill groups and staff. */
export default function Staff() {
  const t = useWords(directoryWords)
  const [search, setSearch] = useSearchParams()
  return (
    <AdminPage title={t('title')} hint={t('hint')}>
      <Tabs
        activeKey={search.get('tab') ?? 'groups'}
        onChange={(tab) => setSearch({ tab }, { replace: true })}
        items={[
          { key: 'groups', label: t('groups'), children: <GroupTable /> },
          { key: 'staff', label: t('staff'), children: <StaffTable /> },
        ]}
      />
    </AdminPage>
  )
}

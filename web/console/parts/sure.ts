import { App } from 'antd'
import { type ReactNode, useCallback } from 'react'

/** What is asked before something that cannot be taken back, and the words of the two answers. */
export interface Question {
  readonly title: string
  readonly content?: ReactNode
  readonly okText: string
  readonly cancelText?: string
  readonly onOk: () => unknown
}

/** Asks before something that cannot be taken back. The safe answer has the focus, and Escape gives it. */
export function useSure(): (question: Question) => void {
  const { modal } = App.useApp()
  return useCallback(
    (question) =>
      void modal.confirm({ ...question, okButtonProps: { danger: true }, autoFocusButton: 'cancel' }),
    [modal],
  )
}

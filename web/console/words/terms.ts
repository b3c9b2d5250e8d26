import type { Words } from '../../ui/language.ts'

/** The field's own terms: one word for one thing on every page. */
export const statusWords = {
  open: ['待派单', 'Open'],
  assigned: ['待接单', 'Assigned'],
  in_progress: ['处理中', 'In progress'],
  on_hold: ['已挂起', 'On hold'],
  resolved: ['已完工', 'Resolved'],
  closed: ['已关闭', 'Closed'],
  cancelled: ['已取消', 'Cancelled'],
  merged: ['已合并', 'Merged'],
} as const satisfies Words

/** An assigned ticket whose engineer took the offer. */
export const acceptedWords = {
  accepted: ['已接单', 'Accepted'],
} as const satisfies Words

export const urgencyWords = {
  critical: ['危急', 'Critical'],
  high: ['紧急', 'High'],
  normal: ['普通', 'Normal'],
  low: ['不急', 'Low'],
} as const satisfies Words

export const intentWords = {
  repair: ['报修', 'Repair'],
  installation: ['安装', 'Installation'],
  maintenance: ['保养', 'Maintenance'],
  complaint: ['投诉', 'Complaint'],
  inquiry: ['咨询', 'Inquiry'],
  return_refund: ['退换货', 'Return or refund'],
  urgent_safety: ['安全险情', 'Safety danger'],
  billing: ['账单费用', 'Billing'],
  feature_request: ['功能建议', 'Feature request'],
  bug_report: ['故障反馈', 'Bug report'],
} as const satisfies Words

export const sentimentWords = {
  positive: ['满意', 'Positive'],
  neutral: ['平静', 'Neutral'],
  negative: ['不满', 'Negative'],
  angry: ['愤怒', 'Angry'],
} as const satisfies Words

export const channelWords = {
  email: ['邮件', 'E-mail'],
  qr: ['扫码', 'QR form'],
  api: ['接口', 'API'],
  phone: ['电话', 'Phone'],
  manual: ['手工', 'Manual'],
  'wechat-oa': ['公众号', 'WeChat OA'],
  wecom: ['企业微信', 'WeCom'],
  'wecom-bot': ['企微机器人', 'WeCom robot'],
  'wecom-kf': ['微信客服', 'WeChat service'],
  dingtalk: ['钉钉', 'DingTalk'],
  feishu: ['飞书', 'Feishu'],
  'phone-webhook': ['通话录音', 'Recorded call'],
} as const satisfies Words

export const roleWords = {
  admin: ['管理员', 'Administrator'],
  supervisor: ['主管', 'Supervisor'],
  agent: ['坐席', 'Agent'],
  dispatcher: ['调度', 'Dispatcher'],
  engineer: ['工程师', 'Engineer'],
  auditor: ['审计员', 'Auditor'],
} as const satisfies Words

export const fieldWords = {
  contact_name: ['联系人', 'Contact'],
  phone: ['电话', 'Phone'],
  address: ['地址', 'Address'],
  product_category: ['产品类别', 'Product category'],
  device_model: ['型号', 'Model'],
  serial_number: ['序列号', 'Serial number'],
  order_number: ['订单号', 'Order number'],
  fault_description: ['故障描述', 'Fault'],
  appointment: ['预约时间', 'Appointment'],
  intent: ['诉求', 'Intent'],
  sentiment: ['情绪', 'Sentiment'],
  urgency: ['紧急程度', 'Urgency'],
  is_repeat_contact: ['重复来访', 'Repeat contact'],
  summary: ['摘要', 'Summary'],
} as const satisfies Words

export const clockWords = {
  firstResponse: ['首次响应', 'First response'],
  arrival: ['上门到达', 'Arrival'],
  resolution: ['解决', 'Resolution'],
} as const satisfies Words

/** Words that every page uses. */
export const commonWords = {
  save: ['保存', 'Save'],
  saved: ['已保存', 'Saved'],
  cancel: ['取消', 'Cancel'],
  close: ['关闭', 'Close'],
  edit: ['编辑', 'Edit'],
  add: ['新增', 'Add'],
  remove: ['删除', 'Remove'],
  undo: ['撤销', 'Undo'],
  retry: ['重试', 'Try again'],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
  none: ['无', 'None'],
  loading: ['正在读取…', 'Loading…'],
  failed: ['没有读到内容', 'This could not be read'],
  failedKept: ['之前的内容仍在，可以重试。', 'What was there before is kept; you can try again.'],
  absent: ['没有找到', 'Not found'],
  absentHint: [
    '它不存在，或者你没有权限查看。请检查地址是否完整。',
    'It does not exist, or you may not see it. Check that the address is complete.',
  ],
  toList: ['返回列表', 'Back to the list'],
  optional: ['选填', 'optional'],
  enabled: ['启用', 'On'],
  disabled: ['停用', 'Off'],
  name: ['名称', 'Name'],
  actions: ['操作', 'Actions'],
  more: ['更多', 'More'],
  back: ['返回', 'Back'],
  confirm: ['确认', 'Confirm'],
  unsaved: ['有修改还没有保存，要放弃吗？', 'There are changes that are not saved. Give them up?'],
  giveUp: ['放弃修改', 'Give up the changes'],
  keepWriting: ['继续编辑', 'Keep editing'],
  removeAsk: ['删除“{name}”？', 'Remove "{name}"?'],
} as const satisfies Words

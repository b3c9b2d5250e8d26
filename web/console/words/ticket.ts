import type { Words } from '../../ui/language.ts'

/** Words of the ticket page. */
export const ticketWords = {
  backToList: ['返回列表', 'Back to the list'],
  conversation: ['会话', 'Conversation'],
  structured: ['工单内容', 'Ticket'],
  context: ['背景', 'Context'],
  customer: ['客户', 'Customer'],
  agent: ['坐席', 'Agent'],
  system: ['系统', 'System'],
  note: ['备注', 'Note'],
  noConversation: ['这个工单没有会话', 'This ticket has no conversation'],
  noConversationHint: [
    '工单是手工建的，或客户只打了电话。备注会留在时间线里。',
    'It was created by hand, or the customer only called. Notes stay on the timeline.',
  ],
  quoted: ['显示引用的原文', 'Show the quoted text'],
  quotedHide: ['收起引用的原文', 'Hide the quoted text'],
  original: ['查看原始邮件', 'Show the original mail'],
  originalTitle: [
    '原始邮件（隔离显示，不加载外部内容）',
    'Original mail (isolated; nothing is loaded from outside)',
  ],
  automatic: ['自动邮件', 'Automatic mail'],
  saidByItself: ['自动', 'Automatic'],
  saidByItselfHint: ['由系统自动发送，没有人工参与', 'The hub said this by itself; no person wrote it'],
  unsupported: [
    '暂不支持的消息类型：{type}（原始内容已保留）',
    'A message type that is not read yet: {type} (the raw content is kept)',
  ],
  pendingFile: ['正在取回', 'Being fetched'],
  refusedFile: ['未保存：{reason}', 'Not stored: {reason}'],
  location: ['位置', 'Location'],
  queued: ['待发送', 'Queued'],
  sending: ['发送中', 'Sending'],
  sent: ['已发送', 'Sent'],
  delivered: ['已送达', 'Delivered'],
  read: ['已读', 'Read'],
  failed: ['发送失败', 'Not sent'],
  unknown: ['结果未知，正在核实', 'Outcome unknown, being checked'],
  reply: ['回复', 'Reply'],
  writeReply: ['回复客户…', 'Write to the customer…'],
  writeNote: ['写备注，客户看不到…', 'Write a note; the customer never sees it…'],
  send: ['发送', 'Send'],
  addNote: ['添加备注', 'Add the note'],
  sendFailed: [
    '没有发出：{reason} 内容还在，可再按一次 Ctrl ↵ 重发，不会发两遍。',
    'Not sent: {reason} The text is still here; press Ctrl ↵ to try again, it will not arrive twice.',
  ],
  draftKept: ['草稿已保存在本机', 'Draft kept in this browser'],
  replyVia: ['经由', 'By'],
  windowLeft: ['还可回复 {n} 条', '{n} {n|reply|replies} left'],
  windowUntil: ['窗口剩 {time}', 'window closes in {time}'],
  windowClosed: [
    '回复窗口已关闭：客户再次来信后才能回复。',
    'The reply window is closed until the customer writes again.',
  ],
  cannotReply: [
    '这个渠道不能主动回复客户；可以打电话，或写备注。',
    'This channel cannot carry an answer. Call the customer, or write a note.',
  ],
  noteSent: ['备注已添加', 'Note added'],
  missing: ['缺少', 'Missing'],
  toConfirm: ['待确认', 'Please confirm'],
  confirmKey: ['确认', 'Confirm'],
  confidence: ['把握 {n}%', '{n}% sure'],
  suggestion: ['建议：{value}', 'Suggestion: {value}'],
  take: ['采用', 'Use it'],
  refuse: ['不采用', 'Keep mine'],
  addValue: ['填写', 'Fill in'],
  fromWords: ['来自客户原话', "From the customer's words"],
  fromForm: ['来自客户填写的表单', 'From the form the customer filled in'],
  fromRecord: ['来自档案', 'From the records'],
  fromHuman: ['人工填写或确认', 'Set or confirmed by a person'],
  fromDerived: ['由其他内容推算', 'Worked out from other facts'],
  methodRules: ['规则', 'Rules'],
  methodLlm: ['模型', 'Model'],
  methodForm: ['表单', 'Form'],
  methodRecord: ['档案', 'Record'],
  methodHuman: ['人工', 'Person'],
  province: ['省', 'Province'],
  city: ['市', 'City'],
  district: ['区县', 'District'],
  detail: ['详细地址', 'Street and number'],
  addressRead: [
    '从文字里读到省市区，保存为：{address}',
    'Levels were read from the text; saved as: {address}',
  ],
  from: ['从', 'From'],
  to: ['到', 'To'],
  yes: ['是', 'Yes'],
  no: ['否', 'No'],
  summaryOpen: ['{missing} 项缺少 · {confirm} 项待确认', '{missing} missing · {confirm} to confirm'],
  allSet: ['内容齐全', 'Complete'],
  confirmAll: ['全部确认', 'Confirm all'],
  promises: ['时限', 'Promises'],
  timeline: ['时间线', 'Timeline'],
  resolveAsk: ['还没有人接单，确定完工？', 'Nobody has taken this ticket. Resolve it?'],
  resolveHint: [
    '完工后客户会看到已处理好，时限停止计算。不需要处理的，请改用“取消工单”。',
    'The customer sees that it is done, and the clocks stop. What needs no work should be cancelled instead.',
  ],
  transitions: ['更改状态', 'Change the state'],
  reason: ['原因', 'Reason'],
  reasonHint: ['写给之后看这个工单的人', 'For whoever reads this ticket later'],
  holdUntil: ['到什么时候', 'Until when'],
  apply: ['确定', 'Apply'],
  undone: ['已撤销', 'Undone'],
  moved: ['已改为“{status}”', 'Now "{status}"'],
  assign: ['派单', 'Dispatch'],
  assignTo: ['派给', 'Assign to'],
  group: ['技能组', 'Group'],
  engineer: ['工程师', 'Engineer'],
  nobody: ['未分配', 'Nobody'],
  candidateFits: ['符合', 'Fits'],
  candidateLoad: ['手上 {load}/{max} 单（含待接单）', '{load} of {max} {max|job|jobs}, offers included'],
  candidateKm: ['{km} 公里', '{km} km'],
  notJudged: ['不是工程师，派单时不参与比较', 'Not an engineer; routing does not compare them'],
  assigned: ['已派给 {name}', 'Assigned to {name}'],
  device: ['设备', 'Device'],
  warrantyUntil: ['保修至 {date}', 'Under warranty until {date}'],
  outOfWarranty: ['已过保（{date}）', 'Out of warranty ({date})'],
  history: ['往来工单', 'Earlier tickets'],
  offers: ['接单询问', 'Asked to take it'],
  offersHint: [
    '工程师在电话里答复时，可在这里代为记录。',
    'When an engineer answers on the phone, note it here.',
  ],
  offerAccept: ['代为接单', 'Accept for them'],
  offerReject: ['代为拒绝', 'Turn down for them'],
  offerRescind: ['撤回', 'Take back'],
  offerUntil: ['答复期限', 'Answer before'],
  routing: ['为什么派到这里', 'Why it went here'],
  routingNone: ['还没有派单决定', 'Not routed yet'],
  routingLater: ['内容变化后又算过一次，没有改派', 'decided again after a change; it was not moved'],
  routingAll: ['查看每个候选和原因', 'Show every candidate and reason'],
  linked: ['关联工单', 'Linked tickets'],
  mergedInto: ['已合并到', 'Merged into'],
  mergedHere: ['并入本单', 'Merged in here'],
  parent: ['上级工单', 'Parent ticket'],
  children: ['下级工单', 'Child tickets'],
  expedite: ['催一下', 'Expedite'],
  expedited: ['已催单', 'Expedited'],
  cancelAsked: ['客户要取消', 'Customer asks to cancel'],
  keep: ['不取消，继续处理', 'Keep it'],
  identities: ['渠道身份', 'Known as'],
  noContact: ['没有联系人资料', 'No contact yet'],
  saveFailed: ['没有保存：{reason}', 'Not saved: {reason}'],
  copyNumber: ['复制工单号', 'Copy the number'],
  more: ['更多', 'More'],
  erased: [
    '客户的个人信息已于 {date} 删除，无法恢复。工单的经过仍可查看。',
    'The customer’s personal data was erased on {date} for good. What happened to the ticket can still be seen.',
  ],
  newer: ['别人刚改过这个工单，已重新读取。', 'Somebody changed this ticket just now; it was read again.'],
  conflict: ['你修改时，别人也改了这一项。', 'Somebody else changed this while you did.'],
  theirs: ['别人的：{value}', 'Theirs: {value}'],
  mine: ['你的：{value}', 'Yours: {value}'],
  blank: ['（空）', '(empty)'],
  keepTheirs: ['用别人的', 'Keep theirs'],
  keepMine: ['用我的', 'Use mine'],
} as const satisfies Words

/** How two tickets belong together. */
export const relateWords = {
  title: ['关联或合并', 'Link or merge'],
  open: ['关联或合并…', 'Link or merge…'],
  other: ['另一个工单', 'The other ticket'],
  search: ['工单号、客户、电话、序列号', 'Number, customer, phone, serial number'],
  noMatch: ['没有符合的工单', 'No ticket matches'],
  related: ['关联', 'Link'],
  relatedHint: ['两个工单互相可见，各自处理。', 'Both show each other; each goes its own way.'],
  duplicate: ['标为重复', 'Mark as duplicate'],
  duplicateHint: [
    '说明两个工单是同一件事，仍各自保留。',
    'Says that both are about the same thing; both stay.',
  ],
  parent: ['设为上级', 'Make it the parent'],
  parentHint: [
    '本单成为下级；上级要等所有下级完工后才能完工。',
    'This one becomes a child; the parent is resolved after all its children.',
  ],
  merge: ['并入', 'Merge into it'],
  mergeHint: [
    '本单的会话转到另一个工单，本单结束；之后可以撤销。',
    'Its conversations move to the other ticket and this one ends; it can be undone.',
  ],
  done: ['已完成', 'Done'],
  unmerge: ['撤销合并', 'Undo the merge'],
  unparent: ['移出', 'Take out'],
  unlink: ['取消关联', 'Remove the link'],
} as const satisfies Words

/** Files of an answer. */
export const fileWords = {
  attach: ['添加文件', 'Attach files'],
  attachHint: ['添加文件，也可以粘贴或拖进来', 'Attach files; pasting and dropping work too'],
  attached: ['要发送的文件', 'Files to be sent'],
  uploading: ['上传中…', 'Uploading…'],
  detach: ['移除 {name}', 'Remove {name}'],
} as const satisfies Words

/** What one can do with a ticket's state. */
export const moveWords = {
  start: ['开始处理', 'Start work'],
  hold: ['挂起', 'Put on hold'],
  resume: ['继续处理', 'Resume'],
  resolve: ['完工', 'Resolve'],
  close: ['关闭', 'Close'],
  reopen: ['重新打开', 'Reopen'],
  cancel: ['取消工单', 'Cancel the ticket'],
} as const satisfies Words

/** Entries of the timeline, by type. */
export const timelineWords = {
  opened: ['创建了工单', 'opened the ticket'],
  fields: ['更新了 {names}', 'changed {names}'],
  suggested: ['建议修改 {names}', 'suggests {names}'],
  labelled: ['标签：{changes}', 'labels: {changes}'],
  conversation: ['关联了一个会话', 'joined a conversation'],
  transition: ['状态：{from} → {to}', '{from} → {to}'],
  routed: ['派单：{where}', 'routed: {where}'],
  offer: ['询问 {engineer}：{status}', 'asked {engineer}: {status}'],
  assigned: ['派给 {where}', 'gave it to {where}'],
  unassigned: ['退回待派', 'sent it back to be dispatched'],
  merged: ['合并到另一个工单', 'merged it into another ticket'],
  absorbed: ['并入了另一个工单', 'took in another ticket'],
  unmerged: ['撤销了合并', 'undid the merge'],
  linked: ['关联了工单', 'linked a ticket'],
  unlinked: ['取消了关联', 'removed a link'],
  parent: ['更改了上级工单', 'changed the parent ticket'],
  noted: ['写了备注', 'wrote a note'],
  expedited: ['催单', 'asked to hurry'],
  cancel_asked: ['客户要求取消工单', 'the customer asked to cancel'],
  cancel_kept: ['不取消，继续处理', 'keeps it although its customer asked to cancel'],
  asked: ['自动追问“{field}”：{outcome}', 'asked by itself for “{field}”: {outcome}'],
  answered: ['自动答复客户：{answer}', 'answered the customer by itself: {answer}'],
  unlike: ['确认与另一个工单不是同一件事', 'said that another ticket is not the same'],
  incident: ['事件 {number}：{what}', 'incident {number}: {what}'],
  sla: ['时限：{kind} {state}', 'promise {kind}: {state}'],
  retyped: ['工单类型改为“{name}”，时限重新计算', 'the type became “{name}”, with its promises'],
  erased: ['删除了个人信息', 'erased personal data'],
  routedNobody: ['没有合适的技能组，等调度指定', 'no group fits; a dispatcher decides'],
  routedAgain: ['重新派单：{where}', 'routed again: {where}'],
  stayed: ['重新派单，仍在原处', 'routed again; it stayed where it is'],
} as const satisfies Words

/** Why a ticket was routed again, and why it stayed nevertheless. */
export const rerouteWords = {
  changed: ['因为这些内容变了：{names}', 'because this changed: {names}'],
  reopened: ['因为工单重新打开', 'because the ticket was opened again'],
  person: ['人工选择的去处不会自动更改', 'a person chose the place, which stays'],
  accepted: ['工程师已接单', 'an engineer has accepted it'],
  over: ['不再等已接单的工程师', 'the engineer who had accepted is not waited for'],
  danger: ['有人身危险', 'people are in danger'],
  started: ['工程师已开始处理', 'the engineer has begun to work'],
  status: ['当前状态不能改派', 'it cannot move in its state'],
  nobody_fits: ['没有更合适的技能组', 'no other group fits'],
} as const satisfies Words

/** Facts that a decision rests on and that are no fields of a ticket. */
export const factWords = {
  tier: ['客户等级', 'customer tier'],
  offer: ['工程师没有接单', 'an engineer did not take it'],
  language: ['语言', 'language'],
  channel: ['渠道', 'channel'],
  site: ['场所位置', 'place of the site'],
  requiredCerts: ['所需证件', 'certificates needed'],
  createdAtMs: ['创建时间', 'time of creation'],
} as const satisfies Words

/** What became of a ticket in an incident. */
export const incidentEntryWords = {
  joined: ['归入', 'put into it'],
  left: ['移出', 'taken out'],
  answered: ['统一答复了客户', 'the customer was told with the others'],
} as const satisfies Words

/** What became of a question that the hub asked. */
export const askedWords = {
  answered: ['客户已回答', 'answered'],
  chosen: ['客户选择了“{choice}”', 'the customer chose “{choice}”'],
  expired: ['没有等到回答，工单先开', 'not answered in time; the ticket opened without it'],
  dropped: ['未等回答，工单先开', 'the ticket opened without waiting for the answer'],
} as const satisfies Words

/** What the hub answered by itself, as the timeline says. */
export const answeredWords = {
  progress: ['工单进度', 'how far the ticket is'],
  expedite: ['已收到催单', 'that it was pressed for'],
  cancel: ['已收到取消请求', 'that the wish to cancel was received'],
  knowledge: ['引用文章《{title}》', 'quoted “{title}”'],
} as const satisfies Words

/** What makes the hub say something by itself. */
export const ruleWords = {
  question: ['追问缺少的信息', 'asks for what is missing'],
  state: ['按工单状态答复', 'answers from the ticket’s state'],
  knowledge: ['引用知识库文章', 'quotes an article'],
  'ticket.expedited': ['催单回执', 'acknowledges the pressing'],
  'ticket.cancel_asked': ['取消请求回执', 'acknowledges the wish to cancel'],
  'ticket.acknowledge': ['受理通知', 'acknowledges the request'],
  'ticket.assigned': ['派单通知', 'tells who comes'],
  'ticket.on_hold': ['挂起通知', 'tells of the hold'],
  'ticket.resolved': ['完成通知', 'tells that it is resolved'],
  'ticket.cancelled': ['取消通知', 'tells of the cancellation'],
  'ticket.reopened': ['重新受理通知', 'tells that it is open again'],
} as const satisfies Words

/** What became of an offer to an engineer. */
export const offerWords = {
  pending: ['等待答复', 'waiting for an answer'],
  accepted: ['已接单', 'accepted'],
  rejected: ['已拒绝', 'turned down'],
  timed_out: ['已超时', 'no answer in time'],
  rescinded: ['已撤回', 'taken back'],
  cancelled: ['已取消', 'cancelled'],
} as const satisfies Words

/** Why the hub itself took an offer back; people's own words stand as they are. */
export const offerReasonWords = {
  taken: ['别人先接了', 'somebody else was faster'],
  rerouted: ['重新派单', 'routed again'],
  transferred: ['转给了别的技能组', 'handed to another group'],
  engineer_removed: ['原工程师已被移除', 'the engineer was removed'],
  assigned: ['已派给别人', 'given to somebody'],
  in_progress: ['已在处理', 'worked on already'],
  on_hold: ['工单挂起', 'the ticket is on hold'],
  resolved: ['工单已解决', 'the ticket is resolved'],
  closed: ['工单已关闭', 'the ticket is closed'],
  cancelled: ['工单已取消', 'the ticket is cancelled'],
  merged: ['工单已合并', 'the ticket was merged'],
} as const satisfies Words

/** States of a promise on the timeline. */
export const clockStateWords = {
  running: ['开始', 'running'],
  paused: ['暂停', 'paused'],
  met: ['达成', 'met'],
  met_late: ['迟到达成', 'met late'],
  breached: ['超时', 'broken'],
} as const satisfies Words

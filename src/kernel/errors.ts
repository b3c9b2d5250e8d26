/**
 * The one catalogue of error codes. Each has an HTTP status, a sentence for people in both languages that says
 * what happened and what to do, and an anchor of the same name in docs/errors.md (checked by a test).
 * src/kernel/sentence.ts puts the parameters in: `{name}` is replaced by the refusal's parameter of that name, `{what}` by what people
 * call that thing, `{waitSeconds}` by `waitMs` in seconds, rounded up, and `{limitSize}` by the bytes of `limit` in MB or kB. English
 * says `{count} {count|row|rows}`: the first form for one, the second for any other number.
 */
export interface ErrorEntry {
  readonly status: number
  readonly zh: string
  readonly en: string
}

const catalogue = {
  // at the edge
  'request.invalid': {
    status: 400,
    zh: '请求内容不符合要求，请按提示修改后重试。',
    en: 'The request is not valid. Correct the fields listed and send it again.',
  },
  'request.too_large': {
    status: 413,
    zh: '内容超过 {limitSize} 的上限。',
    en: 'The content is larger than the limit of {limitSize}.',
  },
  'request.malformed': {
    status: 400,
    zh: '无法读取请求：{reasonZh}。请改正后重新发送。',
    en: 'The request could not be read: {reason}. Correct it and send it again.',
  },
  'request.unsupported_type': {
    status: 415,
    zh: '不支持这种内容类型：{type}。',
    en: 'This content type is not accepted: {type}.',
  },
  'request.timeout': {
    status: 408,
    zh: '请求内容没有在 {seconds} 秒内传完，请重试。',
    en: 'The request did not arrive within {seconds} {seconds|second|seconds}. Send it again.',
  },
  'request.rate_limited': {
    status: 429,
    zh: '请求太频繁，请 {waitSeconds} 秒后再试。',
    en: 'Too many requests. Try again in {waitSeconds} s.',
  },
  'request.conflict': {
    status: 409,
    zh: '同一个幂等键已用于另一份内容。新的请求请用新的键。',
    en: 'This idempotency key was already used with different content. Use a new key for a new request.',
  },
  'signature.missing': {
    status: 401,
    zh: '请求没有签名或令牌。',
    en: 'The request carries no signature or token.',
  },
  'signature.invalid': { status: 401, zh: '签名不正确。', en: 'The signature is wrong.' },
  'signature.expired': {
    status: 401,
    zh: '签名时间不在允许范围内，请检查服务器时间。',
    en: 'The signature is outside the accepted time range. Check the clock.',
  },
  'token.unknown': {
    status: 401,
    zh: '这个令牌在这里无效：它不存在、已停用，或属于另一个渠道账号。请检查令牌，或到“用户与令牌”页新建一个。',
    en: 'This token is not valid here: it does not exist, was revoked, or belongs to another channel account. Check it, or make one on the page Users and tokens.',
  },
  'channel.unknown': { status: 404, zh: '没有这个渠道账号。', en: 'There is no such channel account.' },
  'channel.unusable': {
    status: 503,
    zh: '这个渠道账号的设置现在无法使用，请稍后再试。管理员可在“渠道”页面看到原因。',
    en: 'The settings of this channel account cannot be used now. Try again later; administrators see the reason on the page Channels.',
  },
  'channel.disabled': {
    status: 403,
    zh: '这个渠道账号已停用。',
    en: 'This channel account is switched off.',
  },
  'channel.config_invalid': {
    status: 422,
    zh: '渠道配置有误：{reasonZh}',
    en: 'The channel settings are wrong: {reason}',
  },
  // access
  'access.unauthenticated': { status: 401, zh: '请先登录。', en: 'Sign in first.' },
  'access.forbidden': {
    status: 403,
    zh: '你的角色不能执行“{action}”。',
    en: 'Your role may not do "{action}".',
  },
  'access.scope_missing': {
    status: 403,
    zh: '这个令牌没有执行“{action}”所需的范围：{scopes}。请到“用户与令牌”页新建有这个范围的令牌。',
    en: 'This token lacks the scope that "{action}" needs: {scopes}. Make one with that scope on the page Users and tokens.',
  },
  'access.not_for_tokens': {
    status: 403,
    zh: '令牌不能执行“{action}”，请由有权限的人登录后操作。',
    en: 'No token may do "{action}". Somebody who may has to sign in for it.',
  },
  'access.locked': {
    status: 429,
    zh: '尝试次数过多，账号已锁定，请 {minutes} 分钟后再试。',
    en: 'Too many attempts. The account is locked for {minutes} {minutes|minute|minutes}.',
  },
  'access.bad_credentials': {
    status: 401,
    zh: '账号或密码不正确。',
    en: 'The account name or password is wrong.',
  },
  'access.csrf': {
    status: 403,
    zh: '页面已过期，请刷新后重试。',
    en: 'The page is out of date. Reload it and try again.',
  },
  'access.weak_password': {
    status: 422,
    zh: '密码至少 {min} 位，且不能太常见。',
    en: 'The password needs at least {min} {min|character|characters} and must not be a common one.',
  },
  'access.last_admin': {
    status: 409,
    zh: '这是最后一个管理员，请先让另一个人成为管理员。',
    en: 'This is the last administrator. Make somebody else an administrator first.',
  },
  // things
  not_found: { status: 404, zh: '找不到这样的{what}。', en: 'There is no such {what}.' },
  'conflict.version': {
    status: 409,
    zh: '内容已被别人修改，请刷新后重试，你输入的内容仍在。',
    en: 'Somebody else changed this meanwhile. Reload and try again; what you typed is kept.',
  },
  'conflict.duplicate': { status: 409, zh: '已存在相同的{what}。', en: 'The same {what} exists already.' },
  'conflict.in_use': {
    status: 409,
    zh: '{what}仍在使用，不能删除。',
    en: '{what} is still in use and cannot be removed.',
  },
  'ticket.transition_refused': {
    status: 409,
    zh: '工单当前是“{fromZh}”，不能{commandZh}。现在可以：{allowedZh}。',
    en: 'The ticket is {fromEn}; "{commandEn}" is not possible now. Possible: {allowedEn}.',
  },
  'ticket.form_incomplete': {
    status: 422,
    zh: '还有必填项没有填写：{fieldsZh}。',
    en: 'Required fields are still empty: {fieldsEn}.',
  },
  'ticket.form_invalid': {
    status: 422,
    zh: '这些内容不符合要求：{fieldsZh}。',
    en: 'These values are not accepted: {fieldsEn}.',
  },
  'ticket.appointment_past': {
    status: 422,
    zh: '预约时间不能早于工单创建的日子（{day}）。请检查日期。',
    en: 'An appointment cannot lie before the day on which the ticket was made ({day}). Please check the date.',
  },
  'ticket.form_definition_invalid': {
    status: 422,
    zh: '表单定义有误：{reasonZh}',
    en: 'The form definition is wrong: {reason}',
  },
  'ticket.reason_required': { status: 422, zh: '请填写原因。', en: 'Give a reason.' },
  'ticket.hold_until_invalid': {
    status: 422,
    zh: '挂起的截止时间必须晚于现在，且不超过 {days} 天。',
    en: 'The end of the hold must lie in the future, at most {days} {days|day|days} from now.',
  },
  'ticket.appointment_too_far': {
    status: 422,
    zh: '预约时间太远了，最多只能预约 {days} 天以内，请检查年份。',
    en: 'The appointment is too far away: at most {days} {days|day|days} from now. Check the year.',
  },
  'ticket.same_target': {
    status: 409,
    zh: '工单已经在那里了，请选择另一个技能组或工程师。',
    en: 'The ticket is there already. Choose another group or engineer.',
  },
  'ticket.not_yours': {
    status: 403,
    zh: '这张工单没有派给你，不能操作。',
    en: 'This ticket is not assigned to you.',
  },
  'offer.not_yours': {
    status: 403,
    zh: '这张派单不是发给你的，不能答复。',
    en: 'This offer was made to somebody else.',
  },
  'offer.ended': {
    status: 409,
    zh: '这张派单已经不能答复：{stateZh}。',
    en: 'This offer cannot be answered any more: {stateEn}.',
  },
  'ticket.children_open': {
    status: 409,
    zh: '还有 {count} 张子工单没有完成，请先完成它们。',
    en: '{count} child {count|ticket is|tickets are} not finished yet. Finish them first.',
  },
  'ticket.merge_target_invalid': {
    status: 409,
    zh: '不能合并到这张工单：它已结束，或者就是这张工单本身。请选择另一张未结束的工单。',
    en: 'The ticket cannot be merged into that one: it has ended or is the same ticket. Choose another open ticket.',
  },
  'ticket.reopen_too_late': {
    status: 409,
    zh: '结束已超过 {hours} 小时，不能重新打开，请提交新的请求。',
    en: 'It ended more than {hours} {hours|hour|hours} ago and cannot be reopened. File a new request.',
  },
  'ticket.not_waiting': {
    status: 409,
    zh: '这张工单已经处理完，不用再催。如有新的问题，请重新提交。',
    en: 'This ticket is done already, so there is nothing to press for. File a new request if something is wrong.',
  },
  'ticket.not_merged': {
    status: 409,
    zh: '这张工单没有被合并，无需撤销。',
    en: 'This ticket is not merged, so there is nothing to undo.',
  },
  'ticket.parent_invalid': {
    status: 422,
    zh: '不能把这张工单设为父工单：它是同一张工单、它的子工单，或层级太深。',
    en: 'That ticket cannot be the parent: it is the same ticket, one of its children, or too deep.',
  },
  'ticket.work_started': {
    status: 409,
    zh: '工程师已开始处理，不能自行取消，请联系客服。',
    en: 'Work has started, so you cannot cancel it yourself. Contact the service desk.',
  },
  'ticket.default_type': {
    status: 409,
    zh: '这是默认工单类型，请先把另一个类型设为默认。',
    en: 'This is the default kind of ticket. Make another one the default first.',
  },
  'directory.default_group': {
    status: 409,
    zh: '这是默认技能组，请先把另一个组设为默认。',
    en: 'This is the default group. Make another group the default first.',
  },
  'directory.default_calendar': {
    status: 409,
    zh: '这是默认日历，没有指定日历的工单类型按它计时。请先把另一个日历设为默认。',
    en: 'This is the default calendar, by which kinds of tickets without one of their own count. Make another one the default first.',
  },
  'routing.policy_invalid': {
    status: 422,
    zh: '派单策略有误：{reasonZh}',
    en: 'The routing policy is wrong: {reason}',
  },
  'conversation.taken': {
    status: 409,
    zh: '{by}已接待这个会话。',
    en: '{by} has this conversation now.',
  },
  'conversation.closed': { status: 409, zh: '会话已结束。', en: 'The conversation is closed.' },
  'contact.conflicting_ids': {
    status: 409,
    zh: '两个联系人的强标识互相冲突，不能自动合并。',
    en: 'The two contacts carry conflicting strong ids and are not joined.',
  },
  'outbox.window_closed': {
    status: 409,
    zh: '该渠道的回复窗口已关闭或次数已用完。',
    en: 'The reply window of this channel is closed or used up.',
  },
  'outbox.window_short': {
    status: 409,
    zh: '这条回复要分成 {needed} 条发送，回复窗口只剩 {left} 条。请缩短内容，或减少附件。',
    en: 'This reply would be sent as {needed} {needed|message|messages}, and the reply window has {left} left. Make it shorter, or attach less.',
  },
  'outbox.automatic_suppressed': {
    status: 409,
    zh: '系统没有自动回复：{reason}',
    en: 'No automatic answer is sent here: {reason}',
  },
  'outbox.not_waiting': {
    status: 409,
    zh: '这条消息当前是“{state}”，不能再改动。',
    en: 'This message is "{state}" and can no longer be changed.',
  },
  'link.invalid': {
    status: 404,
    zh: '链接无效，请重新扫描二维码。',
    en: 'The link is not valid. Scan the code again.',
  },
  'qr.no_account': {
    status: 409,
    zh: '还没有启用的二维码渠道账号，请先在“渠道账号”里添加一个。',
    en: 'No QR channel account is switched on. Add one under channel accounts first.',
  },
  'entry_code.unsupported': {
    status: 409,
    zh: '这个渠道账号不能生成这种二维码。',
    en: 'This channel account cannot make such a code.',
  },
  'entry_code.refused': {
    status: 502,
    zh: '对方没有生成二维码：{reason}',
    en: 'The vendor made no code: {reason}',
  },
  'link.expired': {
    status: 410,
    zh: '链接已过期，请重新扫描二维码。',
    en: 'The link has expired. Scan the code again.',
  },
  'job_link.invalid': {
    status: 404,
    zh: '链接无效，请从派单卡片上的“详情”重新打开。',
    en: 'The link is not valid. Open it again by Details on the job card.',
  },
  'job_link.expired': {
    status: 410,
    zh: '链接已过期。需要查看这张工单，请联系调度员。',
    en: 'The link has expired. Ask the dispatcher if you need this job.',
  },
  'job.gone': {
    status: 410,
    zh: '这张派单已不在你手上：{stateZh}。',
    en: 'This job is not yours: {stateEn}.',
  },
  'link.no_conversation': {
    status: 409,
    zh: '这个页面不能留言，请用原来的方式联系我们，或拨打客服电话。',
    en: 'Messages cannot be left on this page. Contact us the way you did before, or call us.',
  },
  'link.uploads_full': {
    status: 429,
    zh: '这个二维码一小时内上传的文件太多了，请 {minutes} 分钟后再传；也可以不带文件先提交。',
    en: 'Too many files came through this code within an hour. Try again in {minutes} {minutes|minute|minutes}, or send the form without files.',
  },
  'media.type_refused': {
    status: 415,
    zh: '不支持这种文件：{type}。',
    en: 'Files of this type are not accepted: {type}.',
  },
  'media.too_large': {
    status: 413,
    zh: '文件超过 {limitSize} 的上限。',
    en: 'The file is larger than the limit of {limitSize}.',
  },
  'webhook.secret_lost': {
    status: 409,
    zh: '这个 Webhook 的签名密钥无法解密。请找回当时的加密密钥，或在 Webhooks 页面更换密钥。',
    en: 'The signing secret of this webhook cannot be decrypted. Put the key back that encrypted it, or change the secret on the page Webhooks.',
  },
  'fetch.private_address': {
    status: 422,
    zh: '不允许访问内网地址：{host}。',
    en: 'Private network addresses are not allowed: {host}.',
  },
  'fetch.failed': {
    status: 502,
    zh: '无法获取远程内容：{reason}',
    en: 'The remote content could not be fetched: {reason}',
  },
  'fetch.not_ready': {
    status: 504,
    zh: '对方一直没有提供这个文件。',
    en: 'The other side has not got the file ready.',
  },
  'asr.none': {
    status: 409,
    zh: '没有配置语音识别，录音不能转写。请设置 ASR_BASE_URL 或 FUNASR_URL 后重试。',
    en: 'No recogniser is configured, so the recording was not transcribed. Set ASR_BASE_URL or FUNASR_URL, then try again.',
  },
  'asr.busy': {
    status: 429,
    zh: '语音识别正忙，稍后自动继续。',
    en: 'The recogniser is busy; it goes on by itself.',
  },
  'asr.unavailable': {
    status: 503,
    zh: '语音识别服务暂不可用：{reason}',
    en: 'The recogniser is not available: {reason}',
  },
  'asr.timeout': {
    status: 504,
    zh: '语音识别没有在 {seconds} 秒内完成。',
    en: 'The recogniser did not finish within {seconds} {seconds|second|seconds}.',
  },
  'asr.refused': {
    status: 502,
    zh: '语音识别服务拒绝了请求：{reason}',
    en: 'The recogniser refused the request: {reason}',
  },
  'asr.unreadable': {
    status: 422,
    zh: '语音识别读不了这个录音：{reason}',
    en: 'The recogniser cannot read this recording: {reason}',
  },
  'call.no_recording': {
    status: 409,
    zh: '这通电话没有可以转写的录音。',
    en: 'There is no recording of this call to transcribe.',
  },
  'call.unanswered': {
    status: 409,
    zh: '这通电话无人接听，没有录音。',
    en: 'Nobody answered this call, so there is no recording.',
  },
  'call.transcribed': {
    status: 409,
    zh: '这通电话已经转写过。',
    en: 'This call is transcribed already.',
  },
  'import.invalid': {
    status: 422,
    zh: '导入文件有误：{reasonZh}。',
    en: 'The import file is not valid: {reason}.',
  },
  'evaluation.state': {
    status: 409,
    zh: '现在不能这样做：{reason}。请刷新后查看当前状态。',
    en: 'This cannot be done now: {reason}. Reload and look at the present state.',
  },
  'evaluation.no_model': {
    status: 422,
    zh: '没有配置模型，只有提示词用例带有录制的回答。请改用规则引擎，或先配置模型。',
    en: 'No model is configured, and only the cases of the prompt have recorded answers. Choose the rules, or configure a model first.',
  },
  'llm.unavailable': {
    status: 503,
    zh: '模型服务暂不可用（{reason}），已用规则引擎处理，无需操作。',
    en: 'The model is not available ({reason}). The rules engine did the work; nothing to do.',
  },
  'llm.timeout': {
    status: 504,
    zh: '模型在 {timeoutSeconds} 秒内没有回答，已用规则引擎处理。',
    en: 'The model did not answer within {timeoutSeconds} s. The rules engine did the work.',
  },
  'llm.rate_limited': {
    status: 429,
    zh: '模型服务限流，稍后自动恢复。',
    en: 'The model limits our rate; it recovers by itself.',
  },
  'llm.answer_invalid': {
    status: 502,
    zh: '模型的回答不符合格式（{reason}），未采用。',
    en: 'The model answered in a wrong form ({reason}); the answer was not used.',
  },
  'llm.budget_spent': {
    status: 429,
    zh: '模型预算已用完，请在设置中提高预算或等到明天。',
    en: 'The budget for the model is spent. Raise it in the settings or wait until tomorrow.',
  },
  'translation.no_model': {
    status: 422,
    zh: '翻译需要语言模型，而这里没有配置。请管理员设置环境变量 LLM_BASE_URL 和 LLM_MODEL 并重启；原文照常可读、可回复。',
    en: 'Translation needs a language model, and none is configured. An administrator sets the environment variables LLM_BASE_URL and LLM_MODEL and restarts the hub; the original can be read and answered as always.',
  },
  'translation.unavailable': {
    status: 503,
    zh: '模型服务暂不可用，没有翻译。请看原文，稍后再试。',
    en: 'The model is not available; nothing was translated. Read the original and try again later.',
  },
  'translation.timeout': {
    status: 504,
    zh: '模型没有及时回答，没有翻译。请看原文，稍后再试。',
    en: 'The model did not answer in time; nothing was translated. Read the original and try again.',
  },
  'translation.busy': {
    status: 429,
    zh: '模型服务限流，没有翻译。请稍后再试。',
    en: 'The model is asked too often; nothing was translated. Try again in a moment.',
  },
  'translation.budget_spent': {
    status: 429,
    zh: '模型预算已用完，没有翻译。请管理员提高预算（LLM_TOKENS_PER_DAY 等），或等到明天。',
    en: 'The budget for the model is spent; nothing was translated. An administrator raises it (LLM_TOKENS_PER_DAY and the like), or it goes on tomorrow.',
  },
  'translation.unreadable': {
    status: 502,
    zh: '模型的回答无法读取，没有采用。请看原文，或再试一次。',
    en: 'The answer of the model could not be read and was not used. Read the original, or try again.',
  },
  'translation.numbers': {
    status: 502,
    zh: '译文与原文的号码、编码或网址不一致，没有采用。请看原文，或再试一次。',
    en: 'The translation has other numbers, codes or addresses than the original, so it was not used. Read the original, or try again.',
  },
  'translation.placeholders': {
    status: 502,
    zh: '译文丢失或改动了代替个人信息的占位符，没有采用。请看原文，或再试一次。',
    en: 'The translation lost or changed a placeholder that stands for personal data, so it was not used. Read the original, or try again.',
  },
  'translation.incomplete': {
    status: 502,
    zh: '模型没有逐句翻译（有遗漏或多出的内容），没有采用。请看原文，或再试一次。',
    en: 'The model did not translate sentence by sentence (something is missing or was added), so it was not used. Read the original, or try again.',
  },
  'translation.wrong_language': {
    status: 502,
    zh: '模型给出的不是所要的语言，没有采用。请看原文，或再试一次。',
    en: 'The model answered in another language than the one asked for, so it was not used. Read the original, or try again.',
  },
  'translation.too_long': {
    status: 413,
    zh: '内容超过 {limit} 个字符，无法翻译。请看原文。',
    en: 'The text is longer than {limit} {limit|character|characters} and cannot be translated. Read the original.',
  },
  'translation.nothing': {
    status: 422,
    zh: '这条消息没有可翻译的文字。',
    en: 'This message has no words to translate.',
  },
  'import.rows_wrong': {
    status: 422,
    zh: '有 {count} 行不能导入。请下载错误文件改正，或选择跳过这些行。',
    en: '{count} {count|row|rows} cannot be imported. Correct {count|it|them} with the error file, or leave {count|it|them} out.',
  },
  'import.undone': {
    status: 409,
    zh: '这次导入已经撤销过。',
    en: 'This import was taken back already.',
  },
  'knowledge.front_matter': {
    status: 400,
    zh: '第 {line} 行的文章头信息无法读取：{reason}',
    en: 'The front matter could not be read at line {line}: {reason}',
  },
  'knowledge.slug_taken': {
    status: 409,
    zh: '已有文章使用短名 {slug}，请换一个。',
    en: 'Another article has the short name {slug}. Choose a different one.',
  },
  'knowledge.saved_meanwhile': {
    status: 409,
    zh: '在您编辑期间，{who} 已保存第 {number} 版。请对照后再保存。',
    en: '{who} saved version {number} while you were editing. Compare with it, then save again.',
  },
  'knowledge.state': {
    status: 409,
    zh: '文章现在的状态（{status}）不允许这样做。',
    en: 'The article cannot do this in its present state ({status}).',
  },
  'tags.indent': {
    status: 400,
    zh: '第 {line} 行的缩进不对：每深一层缩进两个空格，不能跳层，最多 {levels} 层。',
    en: 'Line {line} is not indented right: two spaces for each level, no level left out, at most {levels} {levels|level|levels}.',
  },
  'tags.name': {
    status: 400,
    zh: '第 {line} 行的标签名“{name}”不能用：要有 1 到 {longest} 个字，不含“/”和逗号。',
    en: 'The tag name "{name}" in line {line} cannot be used: it has 1 to {longest} {longest|character|characters}, no "/" and no comma.',
  },
  'tags.word': {
    status: 400,
    zh: '第 {line} 行的词“{word}”不能用：要有 2 到 {longest} 个字；“…”只能放在两段字之间，最多两处。',
    en: 'The word "{word}" in line {line} cannot be used: it has 2 to {longest} {longest|character|characters}, and "…" stands between others, at most twice.',
  },
  'tags.twice': {
    status: 400,
    zh: '第 {line} 行的标签“{path}”前面已经有了。',
    en: 'The tag "{path}" in line {line} is there already.',
  },
  'tags.too_big': {
    status: 400,
    zh: '到第 {line} 行为止太多了：最多 {branches} 个标签，每个最多 {words} 个词。',
    en: 'Too much by line {line}: at most {branches} {branches|tag|tags} with {words} {words|word|words} each.',
  },
  'tags.unknown': {
    status: 400,
    zh: '标签树里没有“{path}”。',
    en: 'The tree of tags has no "{path}".',
  },
  'store.full': {
    status: 507,
    zh: '磁盘空间不足，消息没有保存，请稍后重发。',
    en: 'The disk is full; nothing was stored. Send it again later.',
  },
  'store.unavailable': {
    status: 503,
    zh: '数据库暂不可用，请稍后重试。',
    en: 'The database is not available. Try again shortly.',
  },
  internal: {
    status: 500,
    zh: '出了意外错误，已记录编号 {id}。',
    en: 'Something unexpected went wrong; it was recorded as {id}.',
  },
} as const satisfies Record<string, ErrorEntry>

/** A code of the catalogue. */
export type ErrorCode = keyof typeof catalogue

/** All codes with their status and sentences. */
export const errors: Readonly<Record<ErrorCode, ErrorEntry>> = catalogue

// The simulator's page: polls what every emulated screen shows, and posts what a person types or taps.
const windows = document.getElementById('windows')
const trouble = document.getElementById('trouble')
const chosen = new Map()
let shown = ''

function say(text) {
  trouble.textContent = text
  trouble.hidden = text === ''
}

async function post(action, body) {
  const answer = await fetch(action, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null)
  const result = answer ? await answer.json().catch(() => ({})) : {}
  say(answer?.ok ? (result.shown ?? '') : (result.error ?? '模拟器没有应答 · The simulator does not answer'))
  await refresh()
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

// Each vendor draws the same parts in its own order; page.css gives them its colours.
function cardOf(window, person, card) {
  const buttons = card.buttons.map(({ key, text, url, style, dead }) => {
    const button = element('button', { type: 'button', textContent: text, className: style, disabled: dead })
    button.addEventListener('click', () => {
      if (url) return open(url, '_blank', 'noreferrer')
      button.disabled = true
      return post('press', { vendor: window.vendor, person, card: card.id, key })
    })
    return button
  })
  const tags = card.tags.map(({ text, colour }) =>
    element('span', { className: `mark c-${colour}`, textContent: text }),
  )
  const lines = card.lines.map(({ label, value, url }) =>
    element(
      'p',
      { className: label ? '' : 'whole' },
      ...(label ? [element('span', { className: 'label', textContent: label })] : []),
      url
        ? element('a', { href: url, target: '_blank', rel: 'noreferrer', textContent: value })
        : element('span', { textContent: value }),
    ),
  )
  return element(
    'div',
    { className: `card c-${card.colour}` },
    element('div', { className: 'head' }, element('strong', { textContent: card.title }), ...tags),
    element('div', { className: 'lines' }, ...lines),
    element('div', { className: 'buttons' }, ...buttons),
  )
}

function lineOf(window, person, line) {
  const item = element('li', { className: line.by })
  if (line.card) {
    item.classList.add('with-card')
    item.append(cardOf(window, person, line.card))
  } else item.textContent = line.picture ? '[图片 picture]' : line.text
  return item
}

/** What can be done in a window, at its foot: type, send the picture, call. */
function footOf(window, select) {
  const happen = (action, more = {}) => {
    if (select.value) void post(action, { vendor: window.vendor, person: select.value, ...more })
  }
  const form = element('form')
  if (window.can.say) {
    const text = element('input', { type: 'text', ariaLabel: `${window.zh} 输入 text`, maxLength: 500 })
    form.append(text, element('button', { textContent: '发送' }))
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const typed = text.value
      if (!typed.trim()) return
      text.value = ''
      happen('say', { text: typed })
    })
  }
  const act = (action, textContent, ariaLabel) => {
    const button = element('button', { type: 'button', textContent, ariaLabel })
    button.addEventListener('click', () => happen(action))
    form.append(button)
  }
  if (window.can.image) act('image', '图片', '发一张图片 send a picture')
  if (window.can.call) act('call', '拨打热线 call', '拨打热线 call the hotline')
  return form
}

function draw(window) {
  let box = windows.querySelector(`[data-vendor="${window.vendor}"]`)
  if (!box) {
    const select = element('select', { ariaLabel: `${window.zh} 谁 who` })
    select.addEventListener('change', () => {
      chosen.set(window.vendor, select.value)
      shown = ''
      void refresh()
    })
    box = element(
      'section',
      { className: 'window', ariaLabel: window.zh },
      element(
        'div',
        {},
        element('h2', {}, window.zh, element('small', { lang: 'en', textContent: window.en })),
        element('span', { className: 'tag', textContent: '模拟 simulated' }),
        select,
      ),
      element('ol'),
      footOf(window, select),
    )
    box.dataset.vendor = window.vendor
    windows.append(box)
  }
  const select = box.querySelector('select')
  const role = { customer: '客户', engineer: '工程师' }
  if (select.options.length !== window.people.length)
    select.replaceChildren(
      ...window.people.map(({ id, name, role: r }) =>
        element('option', { value: id, textContent: `${name} · ${role[r]}` }),
      ),
    )
  const person = chosen.get(window.vendor) ?? window.busiest ?? window.people[0]?.id ?? ''
  select.value = person
  const lines = window.people.find(({ id }) => id === person)?.screen ?? []
  const list = box.querySelector('ol')
  list.dataset.person = person
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40
  list.replaceChildren(
    ...(lines.length > 0
      ? lines.map((line) => lineOf(window, person, line))
      : [element('li', { className: 'empty', textContent: '还没有消息 · Nothing here yet' })]),
  )
  if (atEnd) list.scrollTop = list.scrollHeight
}

async function refresh() {
  const answer = await fetch('state').catch(() => null)
  if (!answer?.ok) return say('模拟器已停止 · The simulator has stopped')
  const text = await answer.text()
  if (text === shown) return
  shown = text
  const state = JSON.parse(text)
  document.getElementById('console').href = state.console
  document.getElementById('sign-in').textContent = state.signIn
  for (const window of state.windows) draw(window)
}

await refresh()
setInterval(refresh, 700)

import { compile, type HtmlToTextOptions } from 'html-to-text'
import sanitizeHtml from 'sanitize-html'
import { limits } from '../limits.ts'
import { tidy } from '../mime/charset.ts'

/** Elements inside elements that are kept; deeper ones give only their text. */
const nesting = 100

const blocks = { leadingLineBreaks: 1, trailingLineBreaks: 1 }

const options: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxInputLength: limits.htmlLength * 4, maxDepth: nesting + 10, ellipsis: '' },
  formatters: {
    // Cells of one row stay on one line, with a blank between them.
    cell: (element, walk, builder) => {
      walk(element.children, builder)
      builder.addInline(' ')
    },
  },
  selectors: [
    {
      selector: 'a',
      options: {
        hideLinkHrefIfSameAsText: true,
        ignoreHref: false,
        noAnchorUrl: true,
        linkBrackets: ['(', ')'],
      },
    },
    { selector: 'img', format: 'skip' },
    { selector: 'p', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
      selector,
      options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 1 },
    })),
    { selector: 'hr', options: { length: 20 } },
    { selector: 'table', format: 'block', options: blocks },
    { selector: 'tr', format: 'block', options: blocks },
    { selector: 'td', format: 'cell' },
    { selector: 'th', format: 'cell' },
    { selector: 'ul', options: { itemPrefix: '- ', ...blocks } },
    { selector: 'ol', options: blocks },
    ...['script', 'style', 'title', 'head', 'noscript', 'template', 'svg'].map((selector) => ({
      selector,
      format: 'skip',
    })),
  ],
}

const convert = compile(options)

const colour = /^(?:#[0-9a-f]{3,8}|[a-z]{3,25}|rgba?\([\d\s,.%]{1,40}\))$/i
const length = /^-?[\d.]{1,8}(?:px|pt|em|rem|%)?$/i
const word = /^[a-z-]{1,25}$/i

const styles: Record<string, RegExp[]> = {
  color: [colour],
  'background-color': [colour],
  'font-weight': [/^(?:bold|bolder|lighter|normal|[1-9]00)$/i],
  'font-style': [word],
  'font-size': [length, word],
  'text-align': [word],
  'text-decoration': [word],
  'line-height': [length],
  'white-space': [word],
  'vertical-align': [word],
  'margin-left': [length],
  'padding-left': [length],
  'border-collapse': [word],
  width: [length],
}

const policy: sanitizeHtml.IOptions = {
  allowedTags: [
    'a',
    'abbr',
    'address',
    'article',
    'b',
    'bdi',
    'bdo',
    'big',
    'blockquote',
    'br',
    'caption',
    'center',
    'cite',
    'code',
    'col',
    'colgroup',
    'dd',
    'del',
    'dfn',
    'div',
    'dl',
    'dt',
    'em',
    'figcaption',
    'figure',
    'font',
    'footer',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'header',
    'hr',
    'i',
    'img',
    'ins',
    'kbd',
    'li',
    'main',
    'mark',
    'ol',
    'p',
    'pre',
    'q',
    's',
    'samp',
    'section',
    'small',
    'span',
    'strike',
    'strong',
    'sub',
    'sup',
    'table',
    'tbody',
    'td',
    'tfoot',
    'th',
    'thead',
    'tr',
    'tt',
    'u',
    'ul',
    'var',
    'wbr',
  ],
  allowedAttributes: {
    '*': ['style', 'dir', 'lang', 'title', 'align'],
    a: ['href', 'target', 'rel'],
    img: ['src', 'alt', 'width', 'height'],
    td: ['colspan', 'rowspan', 'width', 'valign', 'bgcolor'],
    th: ['colspan', 'rowspan', 'width', 'valign', 'bgcolor'],
    table: ['border', 'cellpadding', 'cellspacing', 'width', 'bgcolor'],
    font: ['color', 'size'],
    ol: ['start', 'type'],
    blockquote: ['type'],
  },
  allowedStyles: { '*': styles },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['cid', 'data'] },
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'select',
    'xmp',
    'title',
    'noscript',
    'noembed',
    'noframes',
    'template',
    'svg',
    'math',
    'iframe',
    'object',
    'embed',
    'applet',
    'audio',
    'video',
  ],
  nestingLimit: nesting,
  transformTags: {
    a: (tagName, attribs) => ({
      tagName,
      attribs: { ...attribs, target: '_blank', rel: 'noopener noreferrer nofollow' },
    }),
    img: (tagName, attribs) => ({ tagName, attribs: localImage(attribs) }),
  },
}

/** An image keeps its source only when it is part of the mail; a remote one would tell its sender who reads it. */
function localImage(attribs: Record<string, string>): Record<string, string> {
  const { src = '', ...rest } = attribs
  const local = /^\s*(?:cid:|data:image\/(?:png|jpe?g|gif|webp|bmp);base64,)/i.test(src)
  return local ? { ...rest, src: src.trim() } : rest
}

/**
 * HTML that is safe to show inside the console: no scripts, forms, frames, style sheets or event handlers; remote images
 * lose their source, `cid:` references stay for the console to fill. Bounded in size and depth.
 */
export function safeHtml(html: string): string {
  return tidy(sanitizeHtml(bounded(html), policy)).trim()
}

/** Cuts HTML by length and by tags: the parser's stack costs the square of its depth. */
function bounded(html: string): string {
  let tags = 0
  for (let at = html.indexOf('<'); at >= 0 && at < limits.htmlLength; at = html.indexOf('<', at + 1)) {
    if (/[a-z/]/i.test(html[at + 1] ?? '') && ++tags > limits.htmlTags) return html.slice(0, at)
  }
  return html.slice(0, limits.htmlLength)
}

/**
 * Safe HTML (what `safeHtml` returns, so that its nesting is bounded) as text that a person can read: one line per
 * block, quoted blocks with `> `, no images.
 */
export function readableText(safe: string): string {
  return trimLines(tidy(convert(safe)).replace(/\u00a0/g, ' '))
}

/** Takes blanks off the ends of lines and leaves at most one empty line between two. */
export function trimLines(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd())
  return lines
    .filter((line, at) => line !== '' || (at > 0 && lines[at - 1] !== ''))
    .join('\n')
    .trim()
}

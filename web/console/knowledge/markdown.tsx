import type { ReactNode } from 'react'
import { type Block, type Inline, markdownBlocks } from '../../ui/markdown.ts'

const keyed = <T,>(values: readonly T[]) => values.map((value, key) => ({ value, key: String(key) }))

function Runs({ runs }: { runs: readonly Inline[] }): ReactNode {
  return keyed(runs).map(({ value: run, key }) => {
    switch (run.kind) {
      case 'strong':
        return <strong key={key}>{run.text}</strong>
      case 'em':
        return <em key={key}>{run.text}</em>
      case 'code':
        return <code key={key}>{run.text}</code>
      case 'link':
        return (
          <a key={key} href={run.href} target="_blank" rel="noopener noreferrer">
            {run.text}
          </a>
        )
      default:
        return run.text
    }
  })
}

function Table({ head, rows }: Extract<Block, { kind: 'table' }>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <div className="table-scroll" tabIndex={0}>
      <table>
        {head.length > 0 && (
          <thead>
            <tr>
              {keyed(head).map(({ value, key }) => (
                <th key={key}>
                  <Runs runs={value} />
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {keyed(rows).map(({ value: row, key }) => (
            <tr key={key}>
              {keyed(row).map((cell) => (
                <td key={cell.key}>
                  <Runs runs={cell.value} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Piece({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading': {
      // The page's own headings stand above those of the article.
      const Heading = block.depth <= 2 ? 'h3' : 'h4'
      return (
        <Heading>
          <Runs runs={block.text} />
        </Heading>
      )
    }
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul'
      return (
        <List>
          {keyed(block.items).map(({ value, key }) => (
            <li key={key}>
              <Runs runs={value} />
            </li>
          ))}
        </List>
      )
    }
    case 'table':
      return <Table {...block} />
    case 'code':
      return <pre>{block.text}</pre>
    case 'quote':
      return (
        <blockquote>
          <Runs runs={block.text} />
        </blockquote>
      )
    default:
      return (
        <p>
          <Runs runs={block.text} />
        </p>
      )
  }
}

/** An article as its readers see it. Made of elements, never of HTML: what an author writes cannot run anything. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      {keyed(markdownBlocks(text)).map(({ value, key }) => (
        <Piece key={key} block={value} />
      ))}
    </div>
  )
}

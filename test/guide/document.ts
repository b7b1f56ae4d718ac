// A Markdown document as a program: its fenced blocks in order, each with what its fence says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../house/source.ts'

export interface Block {
  readonly language: string
  /** What follows the language on the fence: how the block is used. */
  readonly use: string
  /** Without the indentation of a list item that it stands in. */
  readonly text: string
  readonly line: number
}

/** Path within the repository. */
export function blocksOf(path: string): Block[] {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n')
  const blocks: Block[] = []
  for (let i = 0; i < lines.length; i++) {
    const fence = /^( *)```(\w+) *(\w*)$/.exec(lines[i]!)
    if (fence === null) continue
    const [, indent = '', language = '', use = ''] = fence
    const end = lines.indexOf(`${indent}\`\`\``, i)
    const text = lines.slice(i + 1, end).map((line) => `${line.slice(indent.length)}\n`)
    blocks.push({ language, use, text: text.join(''), line: i + 1 })
    i = end
  }
  return blocks
}

/** The file that a program or a configuration is for: the comment on its first line. */
export const fileOf = ({ text }: Block): string | undefined => /^(?:\/\/|#) ([\w-]+\.\w+)\n/.exec(text)?.[1]

/** Targets of the links and pictures of a document. */
export function linksOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const found = text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$|(?:src|srcset|href)="([^"\s]+)"/gm)
  return [...found].map(([, inline, reference, html]) => (inline ?? reference ?? html)!)
}

// What pipeline and exporters say about themselves goes to the application's logger (W-38) and would come back as log
// records to export. While they speak, the pipeline takes no logs: no exporter reports itself through itself (S-27).
import { type Notice, type NoticeLevel, notice, noticeOnce } from '../base/notice.ts'

let depth = 0

export function say(level: NoticeLevel, event: string, text: string, fields?: Notice['fields']): void {
  depth++
  try {
    notice(level, event, text, fields)
  } finally {
    depth--
  }
}

/** Says it once per process and `key`. */
export function sayOnce(key: string, level: NoticeLevel, event: string, text: string): void {
  depth++
  try {
    noticeOnce(key, level, event, text)
  } finally {
    depth--
  }
}

/** Runs a sink: what it logs itself is not taken either, else each record that it is given would make the next. */
export function hushed(work: () => void): void {
  depth++
  try {
    work()
  } finally {
    depth--
  }
}

export function speaking(): boolean {
  return depth > 0
}

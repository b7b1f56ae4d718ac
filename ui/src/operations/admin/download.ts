// A file that needs a token to be asked for: taken into memory first, then handed to the browser.
import { bytesText } from '../../parts/format.ts'

export const sizeText = bytesText

export async function download(response: Response, otherwise: string): Promise<{ name: string; bytes: number }> {
  const said = /filename="([^"/\\]{1,120})"/.exec(response.headers.get('content-disposition') ?? '')?.[1]
  const name = said ?? otherwise
  const blob = await response.blob()
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return { name, bytes: blob.size }
}

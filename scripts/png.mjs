// Smaller PNG files of screenshots: at most 256 colours by median cut, one byte a pixel, deflated as hard as zlib can. Text
// and charts on flat grounds look the same and take a third. Only what Chromium writes is read: 8 bits, not interlaced.
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const COLOURS = 256

function* chunks(png) {
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) }
    at += length + 12
  }
}

function paeth(a, b, c) {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
}

/** Undoes the filters of PNG (section 9 of the specification): rows of bytes as they were. */
function unfiltered(data, width, height, channels) {
  const stride = width * channels
  const out = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)]
    const row = y * stride
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? out[row + x - channels] : 0
      const up = y > 0 ? out[row + x - stride] : 0
      const corner = x >= channels && y > 0 ? out[row + x - stride - channels] : 0
      const add = [0, left, up, (left + up) >> 1, filter === 4 ? paeth(left, up, corner) : 0][filter]
      out[row + x] = data[y * (stride + 1) + 1 + x] + add
    }
  }
  return out
}

function decode(png) {
  let header
  const parts = []
  for (const { type, data } of chunks(png)) {
    if (type === 'IHDR') header = data
    else if (type === 'IDAT') parts.push(data)
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const channels = { 2: 3, 6: 4 }[header[9]]
  if (header[8] !== 8 || channels === undefined || header[12] !== 0) throw new Error('a PNG of another kind')
  return { width, height, channels, pixels: unfiltered(inflateSync(Buffer.concat(parts)), width, height, channels) }
}

const component = (colour, shift) => (colour >> shift) & 255

/** The shift of the component that differs most among `colours`, and by how much, weighted by how often they occur. */
function widest(colours) {
  let best = { shift: 0, score: -1 }
  let count = 0
  for (const [, n] of colours) count += n
  for (const shift of [16, 8, 0]) {
    let [low, high] = [255, 0]
    for (const [colour] of colours) {
      low = Math.min(low, component(colour, shift))
      high = Math.max(high, component(colour, shift))
    }
    const score = (high - low) * Math.sqrt(Math.sqrt(count))
    if (colours.length > 1 && score > best.score) best = { shift, score }
  }
  return best
}

function halves(colours, shift) {
  const sorted = colours.toSorted(([a], [b]) => component(a, shift) - component(b, shift))
  const all = sorted.reduce((sum, [, n]) => sum + n, 0)
  let seen = 0
  let at = 0
  while (at < sorted.length - 1 && seen + sorted[at][1] <= all / 2) seen += sorted[at++][1]
  at = Math.min(Math.max(at, 1), sorted.length - 1)
  return [sorted.slice(0, at), sorted.slice(at)]
}

/** Groups of colours that become one; the commonest of a group stands for it, so that grounds stay exactly as they are. */
function grouped(counts) {
  let boxes = [{ colours: [...counts] }]
  boxes[0].cut = widest(boxes[0].colours)
  while (boxes.length < COLOURS) {
    const box = boxes.reduce((a, b) => (b.cut.score > a.cut.score ? b : a))
    if (box.cut.score <= 0) break
    const made = halves(box.colours, box.cut.shift).map((colours) => ({ colours, cut: widest(colours) }))
    boxes = boxes.filter((one) => one !== box).concat(made)
  }
  return boxes.map(({ colours }) => colours)
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

/** The same picture in at most 256 colours, opaque. */
export function compressed(png) {
  const { width, height, channels, pixels } = decode(png)
  const counts = new Map()
  const colours = new Uint32Array(width * height)
  for (let i = 0; i < colours.length; i++) {
    const at = i * channels
    colours[i] = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2]
    counts.set(colours[i], (counts.get(colours[i]) ?? 0) + 1)
  }
  const palette = Buffer.alloc(COLOURS * 3)
  const index = new Map()
  for (const [i, group] of grouped(counts).entries()) {
    const [colour] = group.reduce((a, b) => (b[1] > a[1] ? b : a))
    palette.writeUIntBE(colour, i * 3, 3)
    for (const [one] of group) index.set(one, i)
  }
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = index.get(colours[y * width + x])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

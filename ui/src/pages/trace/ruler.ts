/** Round moments of a stretch, about `count` of them, milliseconds. */
export function ticksOf(from: number, to: number, count: number): number[] {
  const length = to - from
  if (!(length > 0) || count < 1) return []
  const rough = length / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10)
  const ticks: number[] = []
  for (let i = Math.ceil(from / step); i * step <= to + step * 1e-6; i++) ticks.push(i * step)
  return ticks
}

import './spark.css'

interface SparkProps {
  readonly values: readonly (number | null)[]
  readonly colour: string
  readonly kind?: 'line' | 'bars'
  /** What the top of the picture means; default the highest value. */
  readonly max?: number
  /** Said to those who do not see it; the numbers beside it say it better, mostly. */
  readonly label?: string
}

const HEIGHT = 24

/** A small picture of values over time, without axes. */
export function Spark({ values, colour, kind = 'line', max, label }: SparkProps) {
  const top = Math.max(max ?? 0, ...values.map((value) => value ?? 0)) || 1
  const y = (value: number): number => Number((HEIGHT - 1 - (value / top) * (HEIGHT - 3)).toFixed(2))
  const last = Math.max(1, values.length - 1)
  return (
    <svg
      class={`spark spark-${kind}`}
      viewBox={kind === 'bars' ? `0 0 ${values.length || 1} ${HEIGHT}` : `0 0 ${last} ${HEIGHT}`}
      preserveAspectRatio="none"
      style={{ '--spark': colour }}
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
    >
      {kind === 'bars' ? (
        <path d={bars(values, y)} />
      ) : (
        <>
          <path class="spark-fill" d={area(values, y)} />
          <path class="spark-line" d={lines(values, y)} />
        </>
      )}
    </svg>
  )
}

function lines(values: SparkProps['values'], y: (value: number) => number): string {
  let path = ''
  values.forEach((value, i) => {
    if (value !== null) path += `${path === '' ? 'M' : 'L'}${i} ${y(value)}`
  })
  // One value alone is a line of no length, which round caps make a dot.
  return path.includes('L') ? path : `${path}${path === '' ? '' : 'h0'}`
}

function area(values: SparkProps['values'], y: (value: number) => number): string {
  const line = lines(values, y)
  if (!line.includes('L')) return ''
  const first = values.findIndex((value) => value !== null)
  const last = values.findLastIndex((value) => value !== null)
  return `${line}L${last} ${HEIGHT}L${first} ${HEIGHT}Z`
}

function bars(values: SparkProps['values'], y: (value: number) => number): string {
  return values.map((value, i) => (value ? `M${i + 0.1} ${HEIGHT}V${y(value)}h.8V${HEIGHT}z` : '')).join('')
}

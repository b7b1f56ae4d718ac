/** Lower quartile, median and upper quartile, by linear interpolation between the ordered values. */
export function quartiles(values) {
  const ordered = [...values].sort((a, b) => a - b)
  const at = (share) => {
    const place = share * (ordered.length - 1)
    const low = Math.floor(place)
    return ordered[low] + (ordered[Math.min(low + 1, ordered.length - 1)] - ordered[low]) * (place - low)
  }
  return { q1: at(0.25), median: at(0.5), q3: at(0.75) }
}

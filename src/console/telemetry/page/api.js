// The public API: this page knows nothing that another client could not ask.

function address(path, given) {
  const url = new URL(`/api/v1/${path}`, location.origin)
  for (const [name, value] of Object.entries(given ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') url.searchParams.append(name, one)
    }
  }
  return url
}

/** The answer; throws what went wrong as text for people. */
export async function ask(path, given, signal) {
  const response = await fetch(address(path, given), { signal })
  const answer = await response.json()
  if (!response.ok) throw Object.assign(new Error(answer.detail ?? response.statusText), { status: response.status })
  return answer
}

/** Tells of what arrives until the returned function is called. `state` hears 'open', 'lost' and 'dropped'. */
export function listen(path, given, event, tell, state) {
  const source = new EventSource(address(path, { ...given, follow: true }))
  source.addEventListener(event, ({ data }) => tell(JSON.parse(data)))
  source.addEventListener('dropped', ({ data }) => state('dropped', JSON.parse(data).dropped))
  source.addEventListener('open', () => state('open'))
  source.addEventListener('error', () => state('lost'))
  return () => source.close()
}

/** Brings a card into sight and the focus to it. */
export function showCard(id: string): void {
  const card = document.getElementById(id)
  card?.focus({ preventScroll: true })
  card?.scrollIntoView({ block: 'nearest' })
}

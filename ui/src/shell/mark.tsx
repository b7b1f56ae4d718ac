import './mark.css'

/** The sign of the house. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" class="mark">
      <rect width="24" height="24" rx="6" />
      <path d="M6 4.5v15M6 7.5c4-2.6 7 2.6 12 0" />
      <path class="mark-second" d="M6 13c3.4-2.4 5.6 2.2 9.5 0" />
    </svg>
  )
}

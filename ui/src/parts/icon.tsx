// Line drawings on a grid of 20, in the colour of the text beside them.
const PATHS = {
  services: 'M3.5 4.5h13v4.5h-13zM3.5 11.5h13V16h-13zM6.2 6.8h.01M6.2 13.8h.01',
  traces: 'M3.5 5h8M6.5 10h7M10 15h6.5',
  logs: 'M4 5h12M4 8.4h8.5M4 11.7h12M4 15h6',
  metrics: 'M3.5 16.5h13M5.5 13V9.5M10 13V4.5M14.5 13V7.5',
  map: 'M5 6.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM15 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM6 17.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM6.7 5.5l6.5 3.5M13.2 11l-5.5 3.5M5.1 6.5l.7 7',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.5 3.5',
  close: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  right: 'M8 5.5l4.5 4.5L8 14.5',
  down: 'M5.5 8l4.5 4.5L14.5 8',
  left: 'M12 5.5L7.5 10l4.5 4.5',
  up: 'M5.5 12L10 7.5l4.5 4.5',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6.5V10l2.5 1.8',
  pause: 'M7 5v10M13 5v10',
  play: 'M6.5 4.5v11l9-5.5z',
  refresh: 'M15.8 8A6.2 6.2 0 1 0 16 11.5M16.2 4v4h-4',
  sun: 'M10 13.3a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6zM10 2.5v1.7M10 15.8v1.7M2.5 10h1.7M15.8 10h1.7M4.7 4.7l1.2 1.2M14.1 14.1l1.2 1.2M4.7 15.3l1.2-1.2M14.1 5.9l1.2-1.2',
  moon: 'M16 11.6A6.5 6.5 0 1 1 8.4 4a5.2 5.2 0 0 0 7.6 7.6z',
  help: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM8 8.2a2.1 2.1 0 1 1 3 1.9c-.7.4-1 .8-1 1.6M10 14h.01',
  copy: 'M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3',
  check: 'M4.5 10.5l3.5 3.5 7.5-8',
  alert: 'M10 3.5l7 12.5H3zM10 8.5v3.5M10 14h.01',
  link: 'M8.5 11.5l3-3M9 6.5l1.5-1.5a3.2 3.2 0 0 1 4.5 4.5L13.5 11M11 13.5L9.5 15A3.2 3.2 0 0 1 5 10.5L6.5 9',
  filter: 'M3.5 5h13M6 10h8M8.5 15h3',
  plus: 'M10 4.5v11M4.5 10h11',
  minus: 'M4.5 10h11',
  fit: 'M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  out: 'M8 5H5v10h10v-3M11 4.5h4.5V9M15.2 4.8L9.5 10.5',
  side: 'M3.5 4.5h13v11h-13zM12 4.5v11',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}

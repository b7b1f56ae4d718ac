// Dark or light: the system's choice until someone chooses here; what was chosen is remembered.
import { computed, effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'telltale.theme'

const prefersDark = matchMedia('(prefers-color-scheme: dark)')
const system = signal(prefersDark.matches)

export const theme = signal<Theme>(remembered())
export const dark = computed(() => (theme.value === 'system' ? system.value : theme.value === 'dark'))

export function nextTheme(): void {
  const opposite: Theme = dark.peek() ? 'light' : 'dark'
  theme.value =
    theme.peek() === 'system' ? opposite : opposite === (system.peek() ? 'dark' : 'light') ? 'system' : opposite
}

export function startTheme(): void {
  prefersDark.addEventListener('change', ({ matches }) => {
    system.value = matches
  })
  effect(() => {
    const { dataset } = document.documentElement
    if (theme.value === 'system') delete dataset['theme']
    else dataset['theme'] = theme.value
    remember(theme.value)
  })
}

function remembered(): Theme {
  try {
    const held = localStorage.getItem(KEY)
    return held === 'light' || held === 'dark' ? held : 'system'
  } catch {
    return 'system'
  }
}

function remember(chosen: Theme): void {
  try {
    if (chosen === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, chosen)
  } catch {}
}

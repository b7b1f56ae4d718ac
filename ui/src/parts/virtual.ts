// Only the rows in sight are in the page. The page itself scrolls, so that a list among other things needs no second
// scroll bar; rows have one height.
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

export interface Virtual {
  /** Goes on the element that holds the rows; it is as high as all of them. */
  readonly list: RefObject<HTMLDivElement>
  readonly first: number
  /** After the last. */
  readonly end: number
  readonly total: number
  /** Rows that fit on the screen. */
  readonly fits: number
  /** Just into sight, or to the middle when it was out of it. */
  scrollTo(row: number, middle?: boolean): void
}

interface VirtualOptions {
  readonly count: number
  /** Of one row, pixels. */
  readonly height: number
  /** Rows above and below that are ready. */
  readonly overscan?: number
  /** What covers the top of the list, such as its header; pixels. */
  readonly covered?: number
}

export function useVirtual({ count, height, overscan = 8, covered = 0 }: VirtualOptions): Virtual {
  const list = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 800 })

  useLayoutEffect(() => {
    const scroller = scrollerOf(list.current)
    if (list.current === null || scroller === null) return
    let frame = 0
    const measure = (): void => {
      frame = 0
      if (list.current === null) return
      const top = scroller.getBoundingClientRect().top - list.current.getBoundingClientRect().top
      const seen = { top: Math.round(top), height: scroller.clientHeight }
      setView((before) => (before.top === seen.top && before.height === seen.height ? before : seen))
    }
    const later = (): void => {
      frame ||= requestAnimationFrame(measure)
    }
    measure()
    scroller.addEventListener('scroll', later, { passive: true })
    const sizes = new ResizeObserver(later)
    sizes.observe(scroller)
    sizes.observe(list.current)
    if (list.current.parentElement?.parentElement) sizes.observe(list.current.parentElement.parentElement)
    return () => {
      cancelAnimationFrame(frame)
      scroller.removeEventListener('scroll', later)
      sizes.disconnect()
    }
  }, [])

  const first = Math.max(0, Math.min(count, Math.floor(view.top / height) - overscan))
  const end = Math.max(first, Math.min(count, Math.ceil((view.top + view.height) / height) + overscan))
  return {
    list,
    first,
    end,
    total: count * height,
    fits: Math.max(1, Math.floor(view.height / height) - 1),
    scrollTo(row, middle = false) {
      const scroller = scrollerOf(list.current)
      if (list.current === null || scroller === null) return
      const box = scroller.getBoundingClientRect()
      const top = list.current.getBoundingClientRect().top - box.top + row * height
      const out = top < covered || top + height > box.height
      if (middle && out) scroller.scrollTop += top - covered - (box.height - covered) / 2
      else if (top < covered) scroller.scrollTop += top - covered
      else if (top + height > box.height) scroller.scrollTop += top + height - box.height
    },
  }
}

/** The nearest that scrolls: `main`, or a pane of its own. */
export function scrollerOf(element: Element | null): HTMLElement | null {
  return element?.closest<HTMLElement>('[data-scrolls]') ?? null
}

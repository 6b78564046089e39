import { computed, onBeforeUnmount, onMounted, ref, type ComputedRef, type Ref } from 'vue'

/** Lines beyond the edges that are drawn too, so that quick scrolling shows no gap. */
const BEYOND = 3
/** What a box is taken to be before it has been measured. */
const FIRST_HEIGHT = 620

/** Which lines of a long list are drawn, and how much room those before and after take. */
export interface Shown {
  from: number
  to: number
  before: number
  after: number
}

/** The lines to draw of `lines`, each `height` high with `gap` between, where `top` is scrolled to. */
export function shownLines(
  lines: number,
  height: number,
  gap: number,
  top: number,
  room: number,
): Shown {
  const step = height + gap
  const from = Math.max(0, Math.min(Math.floor(top / step) - BEYOND, lines))
  const to = Math.min(lines, Math.ceil((top + room) / step) + BEYOND)
  const space = (count: number): number => Math.max(0, count * step - gap)
  return { from, to: Math.max(from, to), before: space(from), after: space(lines - Math.max(from, to)) }
}

/** The same for a scrolling element, followed as it is scrolled and resized. */
export function useWindow(
  box: Readonly<Ref<HTMLElement | null>>,
  lines: () => number,
  height: number,
  gap = 0,
): { shown: ComputedRef<Shown>; width: Readonly<Ref<number>>; show: (line: number) => void } {
  const top = ref(0)
  const room = ref(FIRST_HEIGHT)
  const width = ref(0)

  function measure(): void {
    const element = box.value
    if (!element) return
    top.value = element.scrollTop
    // An empty box would show one line, grow, and never be asked again.
    room.value = Math.max(FIRST_HEIGHT, element.clientHeight)
    width.value = element.clientWidth
  }

  const sizes = new ResizeObserver(measure)
  onMounted(() => {
    measure()
    if (!box.value) return
    box.value.addEventListener('scroll', measure, { passive: true })
    sizes.observe(box.value)
  })
  onBeforeUnmount(() => {
    box.value?.removeEventListener('scroll', measure)
    sizes.disconnect()
  })

  /** Scroll as little as it takes to have a line in view. */
  function show(line: number): void {
    const element = box.value
    if (!element) return
    const at = line * (height + gap)
    // What is sticky at the top of a table would cover the line.
    const least = at - height
    const most = at + height * 2 - element.clientHeight
    if (element.scrollTop > least) element.scrollTop = Math.max(0, least)
    else if (element.scrollTop < most) element.scrollTop = most
    measure()
  }

  return { shown: computed(() => shownLines(lines(), height, gap, top.value, room.value)), width, show }
}

/** Buttons that give a command, and what lies behind a dialog, a click on which closes it. */
const COMMANDS = '.el-button, [type=submit], [role=menuitem]'
const BEHIND = '.el-overlay, .el-overlay-dialog, .el-overlay-message-box'
/** Around buttons that are meant to be clicked again at once: to zoom, to undo, to add a line. */
const QUICK = '[data-quick]'

function swallow(event: Event): void {
  // Whoever else listens for it, as a menu that closes by a click beside it, does not hear of it.
  event.stopImmediatePropagation()
  event.preventDefault()
}

/**
 * The second click of a double click does nothing.
 *
 * What a first click asked for is often done before the second one comes, and the button, or another
 * that has come into its place, would then do something else: hold becomes take back, and a dialog
 * that has just opened closes. A key pressed on a button counts as no click of the mouse.
 */
function clicked(event: MouseEvent): void {
  const target = event.target
  if (event.detail < 2 || !(target instanceof Element)) return
  if (target.matches(BEHIND) || (target.closest(COMMANDS) && !target.closest(QUICK))) swallow(event)
}

/** An Enter that is held down commands once; in a text of several lines it goes on making lines. */
function pressed(event: KeyboardEvent): void {
  if (!event.repeat || event.key !== 'Enter') return
  const line = event.target instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey
  if (!line) swallow(event)
}

/** See to it that impatient hands command once, on everything in the page; before all else listens. */
export function commandOnce(page: Window): void {
  page.addEventListener('click', clicked, { capture: true })
  page.addEventListener('keydown', pressed, { capture: true })
}

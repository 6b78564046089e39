/**
 * Let the second click of a double click do nothing, on the way down to a button (`@click.capture`).
 *
 * What a first click asked for is often done before the second one comes, and the button, or another
 * that has come into its place, would then do something else: hold becomes take back. A key pressed
 * on a button counts as no click of the mouse and always passes.
 */
export function once(event: MouseEvent): void {
  if (event.detail > 1) {
    event.stopPropagation()
    event.preventDefault()
  }
}

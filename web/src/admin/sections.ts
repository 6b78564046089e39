/** One page of the set-up: its path below /admin, and what one must be allowed to open it. */
export interface Entry {
  path: string
  permission: string
}

const noun = (path: string, permission = `${path}.read`): Entry => ({ path, permission })

/** The pages by theme, in the order of the menu. */
export const SECTIONS: readonly { title: string; entries: readonly Entry[] }[] = [
  { title: 'voice', entries: [noun('flows'), noun('prompts'), noun('hours'), noun('calendars', 'hours.read')] },
  { title: 'routing', entries: [noun('queues'), noun('skills')] },
  {
    title: 'desk',
    entries: [
      noun('busy-reasons', 'operator.write'), noun('scripts'), noun('client-pages', 'scripts.read'), noun('dispositions'), noun('forms', 'dispositions.read'),
    ],
  },
  {
    title: 'people',
    entries: [noun('agents'), noun('agent-groups', 'agents.read'), noun('users'), noun('roles', 'users.read'), noun('phones')],
  },
  {
    title: 'lines',
    entries: [noun('numbers'), noun('trunks'), noun('listed-numbers', 'listed_numbers.read')],
  },
  {
    title: 'business',
    entries: [noun('clients'), noun('projects'), noun('branches'), noun('operators', 'operator.write')],
  },
  { title: 'record', entries: [noun('audit')] },
]

export const ENTRIES: readonly Entry[] = SECTIONS.flatMap((section) => section.entries)

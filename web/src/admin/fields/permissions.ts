/** The permissions in the order in which a role's form shows them. */
export const AREAS: readonly { area: string; names: readonly string[] }[] = [
  { area: 'operator', names: [
    'operator.read', 'operator.write', 'branches.read', 'branches.write',
    'clients.read', 'clients.write',
  ] },
  { area: 'accounts', names: [
    'users.read', 'users.write', 'audit.read', 'webhooks.write',
  ] },
  { area: 'lines', names: [
    'phones.read', 'phones.write', 'trunks.read', 'trunks.write',
    'numbers.read', 'numbers.write', 'listed_numbers.read', 'listed_numbers.write',
  ] },
  { area: 'service', names: [
    'projects.read', 'projects.write', 'queues.read', 'queues.write', 'queues.export',
    'flows.read', 'flows.write', 'prompts.read', 'prompts.write',
    'hours.read', 'hours.write', 'dispositions.read', 'dispositions.write',
    'scripts.read', 'scripts.write',
  ] },
  { area: 'floor', names: [
    'skills.read', 'skills.write', 'agents.read', 'agents.write', 'agents.export',
    'agents.telephone', 'agents.self', 'floor.watch', 'floor.control', 'messages.read',
    'messages.send', 'wallboards.write',
  ] },
  { area: 'data', names: [
    'customers.number', 'contacts.notes', 'history.read', 'recordings.read', 'recordings.download',
    'figures.read', 'targets.read', 'targets.write', 'billing.read', 'billing.write',
  ] },
]

/** What stands in the audit trail: the kinds of deeds, and where the names of their subjects are. */
import type { OptionKind } from '../options'

/** Deeds that can be looked for. */
export const ACTIONS = [
  'session.started', 'session.refused', 'session.ended', 'password.changed', 'password.refused',
  'token.created', 'token.revoked', 'access.refused', 'number.searched',
  'agent.forced_idle', 'agent.forced_busy', 'agent.forced_out', 'supervision.asked', 'supervision.left', 'call.cut_off',
  'agent.posted', 'agent.returned', 'agent.posting_over', 'agent.skills_posted', 'agent.skills_returned', 'agent.skills_over',
  'message.sent', 'message.answered', 'message.acknowledged', 'alarm.acknowledged',
  'threshold.created', 'threshold.changed', 'threshold.deleted', 'targets.changed',
  'webhook.created', 'webhook.changed', 'webhook.deleted', 'webhook.secret_replaced', 'webhook.tested',
  'wallboard.created', 'wallboard.changed', 'wallboard.deleted', 'screen_link.created', 'screen_link.revoked',
  'flow.created', 'flow.changed', 'flow.deleted', 'flow.published', 'flow.rolled_back',
  'prompt.created', 'prompt.replaced', 'prompt.deleted',
  'agent.created', 'agent.changed', 'agent.deleted', 'user.created', 'user.changed', 'user.deleted',
  'role.created', 'role.changed', 'role.deleted', 'queue.created', 'queue.changed', 'queue.deleted',
  'project.created', 'project.changed', 'project.deleted', 'client.created', 'client.changed', 'client.deleted',
  'number.created', 'number.changed', 'number.deleted', 'trunk.created', 'trunk.changed', 'trunk.deleted', 'trunk.test_called',
  'phone.created', 'phone.deleted', 'phone.password_replaced',
  'operator.changed', 'operator.logo_changed', 'operator.logo_deleted', 'client.logo_changed', 'client.logo_deleted',
  'invoice.made', 'rate_plan.created', 'rate_plan.changed', 'seat_lease.created', 'seat_lease.changed',
  'number_lease.created', 'number_lease.changed', 'recording.heard', 'audit.verified',
] as const

/** Where the names of a kind of subject are read. */
export const NAMED: Readonly<Record<string, OptionKind>> = {
  operator: 'operators',
  branch: 'branches',
  client: 'clients',
  project: 'projects',
  skill: 'skills',
  'agent-group': 'agent-groups',
  agent: 'agents',
  queue: 'queues',
  flow: 'flows',
  hours: 'hours',
  calendar: 'calendars',
  role: 'roles',
  user: 'users',
  number: 'numbers',
}

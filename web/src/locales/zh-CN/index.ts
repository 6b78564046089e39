import account from './account'
import admin from './admin'
import agent from './agent'
import alarms from './alarms'
import assets from './assets'
import callbacks from './callbacks'
import calls from './calls'
import common from './common'
import control from './control'
import events from './events'
import figures from './figures'
import floor from './floor'
import flows from './flows'
import messages from './messages'
import own from './own'
import permissions from './permissions'
import phone from './phone'
import screens from './screens'

export default {
  ...common, ...account, ...control, ...admin, ...assets, ...flows, ...floor, ...calls, ...callbacks, ...events, ...agent, ...figures, ...permissions, ...phone, ...messages, ...own, ...alarms, ...screens,
}
